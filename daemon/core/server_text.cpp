// SPDX-License-Identifier: Apache-2.0
#include "core/server_text.h"

#include <algorithm>

namespace agent {

namespace {

constexpr std::size_t kLongestQuote = 200;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::string quoted_server_text(std::string_view text) {
    const std::string_view part = text.substr(0, kLongestQuote);
    std::string out(part);
    // Descriptions are ASCII by RFC 6749 section 5.2; whatever else comes is not worth decoding.
    std::replace_if(
        out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    if (part.size() < text.size()) out += "…";
    return out;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view kBlank = " \t";
    const auto begin = text.find_first_not_of(kBlank);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

}  // namespace agent
