// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/loose_object.h"

#include <algorithm>

#include "base/json/json.h"

namespace agent {

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_quotes(std::string_view value) noexcept {
    return value.substr(1, value.size() - 2);
}

}  // namespace

LooseObject::LooseObject(std::string_view text) noexcept : text_(text) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
    skip_blanks();
    is_object_ = at_ < text_.size() && text_[at_] == '{';
    ++at_;
}

std::optional<LooseObject::Member> LooseObject::next() noexcept {
    if (!is_object_ || ended_) return std::nullopt;
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == ',') ++at_;
    skip_blanks();
    ended_ = at_ < text_.size() && text_[at_] == '}';
    if (ended_) return std::nullopt;

    const auto name = taken(&LooseObject::skip_string);
    if (!name) return std::nullopt;
    skip_blanks();
    if (at_ >= text_.size() || text_[at_] != ':') return std::nullopt;
    ++at_;
    skip_blanks();
    const auto value = taken(&LooseObject::skip_value);
    if (!value) return std::nullopt;
    return Member{.name = *name, .value = *value};
}

std::optional<std::string_view> LooseObject::taken(bool (LooseObject::*skip)() noexcept) noexcept {
    const std::size_t begin = at_;
    if (!(this->*skip)()) {
        at_ = text_.size();  // nothing that follows can be told apart
        return std::nullopt;
    }
    return text_.substr(begin, at_ - begin);
}

void LooseObject::skip_blanks() noexcept {
    at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size());
}

bool LooseObject::skip_value() noexcept {
    if (at_ >= text_.size()) return false;
    switch (text_[at_]) {
        case '"':
            return skip_string();
        case '{':
        case '[':
            return skip_container();
        default:
            return skip_word();
    }
}

bool LooseObject::skip_string() noexcept {
    if (at_ >= text_.size() || text_[at_] != '"') return false;
    for (++at_; at_ < text_.size(); ++at_) {
        if (text_[at_] == '"') {
            ++at_;
            return true;
        }
        if (text_[at_] == '\\') ++at_;
    }
    return false;
}

bool LooseObject::skip_container() noexcept {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c == '"') {
            if (!skip_string()) return false;
            continue;
        }
        ++at_;
        if (c == '{' || c == '[') ++depth;
        if ((c == '}' || c == ']') && --depth == 0) return true;
    }
    return false;
}

/// A number, true, false or null. One that reaches the end of the text may be half of it.
bool LooseObject::skip_word() noexcept {
    const std::size_t begin = at_;
    at_ = text_.find_first_of(" \t\r\n,}", at_);
    return at_ != std::string_view::npos && at_ > begin;
}

std::optional<SecretString> loose_string(std::string_view value) {
    if (value.size() < 2 || value.front() != '"') return std::nullopt;
    if (value.find('\\') == std::string_view::npos) return SecretString(without_quotes(value));
    const auto json = Json::parse(value);
    const auto text = json ? json->string() : std::nullopt;
    return text ? std::optional<SecretString>(*text) : std::nullopt;
}

std::optional<double> loose_number(std::string_view value) {
    if (value.size() >= 2 && value.front() == '"') value = without_quotes(value);
    const auto json = Json::parse(value);
    return json ? json->number() : std::nullopt;
}

}  // namespace agent
