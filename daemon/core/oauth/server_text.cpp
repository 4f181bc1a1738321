// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

#include <algorithm>
#include <initializer_list>
#include <utility>
#include <vector>

#include "base/json/json.h"
#include "base/text/encoding.h"
#include "base/text/printable.h"
#include "base/text/utf8.h"
#include "core/oauth/loose_object.h"

namespace agent {

namespace {

constexpr std::size_t kLongestQuote = 200;
constexpr std::size_t kLongestCharacter = 4;  // of UTF-8
constexpr std::size_t kLongestSearched = std::size_t{8} * 1024;
constexpr std::string_view kBlank = "[secret]";

// Of a secret: with fewer characters it protects nothing, and would blank out words.
constexpr std::size_t kShortestSecret = 4;
constexpr std::size_t kTellingPart = 8;

/// How much of `text` repeats the beginning of `secret`; 0 unless that is enough to tell.
std::size_t repeated(std::string_view text, std::string_view secret) {
    if (!text.starts_with(secret.substr(0, kTellingPart))) return 0;
    const auto end = std::mismatch(text.begin(), text.end(), secret.begin(), secret.end()).first;
    return static_cast<std::size_t>(end - text.begin());
}

/// Each secret as it is, and as it stands in a form.
std::vector<SecretString> forms_of(std::span<const SecretString> sent) {
    std::vector<SecretString> forms;
    for (const SecretString& secret : sent) {
        if (secret.size() < kShortestSecret) continue;
        SecretBuffer encoded;
        append_percent_encoded(encoded, secret.reveal());
        forms.push_back(encoded.take());
        forms.push_back(secret.clone());
    }
    return forms;
}

SecretString blanked(std::string_view text, std::span<const SecretString> sent) {
    const std::vector<SecretString> secrets = forms_of(sent);
    SecretBuffer out;
    while (!text.empty()) {
        std::size_t most = 0;
        for (const SecretString& secret : secrets) most = std::max(most, repeated(text, secret.reveal()));
        out.append(most > 0 ? kBlank : text.substr(0, 1));
        text.remove_prefix(std::max<std::size_t>(most, 1));
    }
    return out.take();
}

std::string_view first_string(const Json& object, std::initializer_list<std::string_view> names) {
    for (const std::string_view name : names) {
        const auto text = object.find_string(name);
        if (text && !text->empty()) return *text;
    }
    return {};
}

std::string joined(std::string code, const std::string& description) {
    if (!code.empty() && !description.empty()) code += ": ";
    return code + description;
}

std::string text_of(std::string_view value, std::span<const SecretString> sent) {
    const auto text = loose_string(value);
    return text ? quoted_server_text(text->reveal(), sent) : std::string();
}

}  // namespace

std::string quoted_server_text(std::string_view text, std::span<const SecretString> sent) {
    // A server of which more is wanted than can be shown is not worth searching all of.
    const SecretString clean = blanked(text.substr(0, kLongestSearched), sent);
    text = clean.reveal();
    // With a character more than is quoted, so that the cut is behind the last one and not in it.
    const std::string whole = printable(text.substr(0, kLongestQuote + kLongestCharacter));
    std::string quote(cut_utf8(whole, kLongestQuote));
    if (quote.size() < whole.size()) quote += "…";
    return quote;
}

std::string error_member_text(std::string_view value, std::span<const SecretString> sent) {
    if (std::string code = text_of(value, sent); !code.empty()) return code;
    const auto object = Json::parse(value);
    if (!object) return {};
    return joined(quoted_server_text(first_string(*object, {"type", "code"}), sent),
                  quoted_server_text(first_string(*object, {"message", "description", "detail"}), sent));
}

std::string server_error_text(std::string_view body, std::span<const SecretString> sent) {
    std::string error;
    std::string description;
    std::string message;
    LooseObject answer(body);
    while (const auto member = answer.next()) {
        const auto name = loose_string(member->name);
        if (!name) continue;
        if (name->equals("error")) error = error_member_text(member->value, sent);
        if (name->equals("error_description")) description = text_of(member->value, sent);
        if (name->equals("message")) message = text_of(member->value, sent);
    }
    return joined(std::move(error), description.empty() ? message : description);
}

}  // namespace agent
