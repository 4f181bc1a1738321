// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace agent {

/// U+FFFD, which stands for what is invalid.
constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";

/// The length, 1 to 4, of the well-formed UTF-8 sequence that `text` begins with (RFC 3629: no overlong form, no
/// surrogate, nothing above U+10FFFF); otherwise 0.
[[nodiscard]] std::size_t utf8_length(std::string_view text) noexcept;

/// The character that a well-formed sequence encodes.
[[nodiscard]] char32_t decode_utf8(std::string_view sequence);

/// The beginning of well-formed `text`, at most `most` bytes, without a part of a character.
[[nodiscard]] std::string_view cut_utf8(std::string_view text, std::size_t most) noexcept;

/// The offset of the first byte that is not part of well-formed UTF-8, or npos.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text) noexcept;

}  // namespace agent
