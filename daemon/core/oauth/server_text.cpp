// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

#include <algorithm>

namespace agent {

namespace {

constexpr std::size_t kLongestQuote = 200;

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

}  // namespace agent
