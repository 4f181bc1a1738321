// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

#include <initializer_list>
#include <utility>

#include "base/json/json.h"
#include "base/text/printable.h"
#include "base/text/utf8.h"
#include "core/oauth/loose_object.h"

namespace agent {

namespace {

constexpr std::size_t kLongestQuote = 200;
constexpr std::size_t kLongestCharacter = 4;

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

std::string text_of(std::string_view value) {
    const auto text = loose_string(value);
    return text ? quoted_server_text(text->reveal()) : std::string();
}

}  // namespace

std::string quoted_server_text(std::string_view text) {
    // With a character more than is quoted, so that the cut is behind the last one and not in it.
    const std::string whole = printable(text.substr(0, kLongestQuote + kLongestCharacter));
    std::string quote(cut_utf8(whole, kLongestQuote));
    if (quote.size() < whole.size()) quote += "…";
    return quote;
}

std::string error_member_text(std::string_view value) {
    if (std::string code = text_of(value); !code.empty()) return code;
    const auto object = Json::parse(value);
    if (!object) return {};
    return joined(quoted_server_text(first_string(*object, {"type", "code"})),
                  quoted_server_text(first_string(*object, {"message", "description", "detail"})));
}

std::string server_error_text(std::string_view body) {
    std::string error;
    std::string description;
    std::string message;
    LooseObject answer(body);
    while (const auto member = answer.next()) {
        const auto name = loose_string(member->name);
        if (!name) continue;
        if (name->equals("error")) error = error_member_text(member->value);
        if (name->equals("error_description")) description = text_of(member->value);
        if (name->equals("message")) message = text_of(member->value);
    }
    return joined(std::move(error), description.empty() ? message : description);
}

}  // namespace agent
