// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace agent {

/// The number that all of `text` is: digits, for a signed T also after a "-". Nullopt for anything else, and for a
/// number that T cannot hold.
template <class T>
[[nodiscard]] std::optional<T> whole_number(std::string_view text, int base = 10) {
    T number{};
    const char* const end = text.data() + text.size();
    const auto [stopped, error] = std::from_chars(text.data(), end, number, base);
    if (error != std::errc() || stopped != end) return std::nullopt;
    return number;
}

}  // namespace agent
