// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace agent {

/// What a byte may be part of. They can be combined.
enum CharacterUse : std::uint8_t {
    kInToken = 1,    // RFC 9110 section 5.6.2
    kInTarget = 2,   // a path or query as programs write it: RFC 3986 section 3, and what browsers leave unescaped
    kInValue = 4,    // of a field, RFC 9110 section 5.5: blanks, visible and all above ASCII
    kInHost = 8,     // a registered name without escapes, RFC 3986 section 3.2.2
    kInNumber = 16,  // hexadecimal
};

namespace detail {

constexpr std::array<std::uint8_t, 256> make_character_uses() {
    constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";
    constexpr std::string_view kHostMarks = "-._~!$&'()*+,;=";
    constexpr std::string_view kNotInTarget = "\"#<>";
    std::array<std::uint8_t, 256> uses{};
    for (unsigned byte = 0; byte < uses.size(); ++byte) {
        const char c = static_cast<char>(byte);
        const bool is_digit = c >= '0' && c <= '9';
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool is_visible = byte > 0x20 && byte < 0x7f;
        unsigned use = 0;
        if (is_digit || is_letter || kTokenMarks.find(c) != std::string_view::npos) use |= kInToken;
        if (is_visible && kNotInTarget.find(c) == std::string_view::npos) use |= kInTarget;
        if (is_visible || byte >= 0x80 || c == ' ' || c == '\t') use |= kInValue;
        if (is_digit || is_letter || kHostMarks.find(c) != std::string_view::npos) use |= kInHost;
        if (is_digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) use |= kInNumber;
        uses[byte] = static_cast<std::uint8_t>(use);
    }
    return uses;
}

inline constexpr std::array<std::uint8_t, 256> kCharacterUses = make_character_uses();

}  // namespace detail

[[nodiscard]] constexpr bool may_be(CharacterUse use, char c) noexcept {
    return (detail::kCharacterUses[static_cast<unsigned char>(c)] & use) != 0;
}

[[nodiscard]] constexpr bool is_blank(char c) noexcept {
    return c == ' ' || c == '\t';
}

}  // namespace agent
