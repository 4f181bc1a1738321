// SPDX-License-Identifier: Apache-2.0
#include "base/text/utf8.h"

#include <array>

namespace agent {

namespace {

bool in_range(char c, unsigned first, unsigned last) noexcept {
    const unsigned byte = static_cast<unsigned char>(c);
    return first <= byte && byte <= last;
}

}  // namespace

// RFC 3629 section 4: only the range of the second byte depends on the first.
std::size_t utf8_length(std::string_view text) noexcept {
    if (text.empty()) return 0;
    const unsigned lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return 1;

    std::size_t length = 0;
    unsigned first = 0x80;
    unsigned last = 0xbf;
    if (lead >= 0xc2 && lead <= 0xdf) {
        length = 2;
    } else if (lead >= 0xe0 && lead <= 0xef) {
        length = 3;
        if (lead == 0xe0) first = 0xa0;  // no overlong form
        if (lead == 0xed) last = 0x9f;   // no surrogate
    } else if (lead >= 0xf0 && lead <= 0xf4) {
        length = 4;
        if (lead == 0xf0) first = 0x90;  // no overlong form
        if (lead == 0xf4) last = 0x8f;   // nothing above U+10FFFF
    }
    if (length == 0 || text.size() < length || !in_range(text[1], first, last)) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (!in_range(text[i], 0x80, 0xbf)) return 0;
    }
    return length;
}

char32_t decode_utf8(std::string_view sequence) {
    constexpr std::array<unsigned, 5> kFirstByteBits{0, 0x7f, 0x1f, 0x0f, 0x07};
    char32_t c = static_cast<unsigned char>(sequence.front()) & kFirstByteBits.at(sequence.size());
    for (const char byte : sequence.substr(1)) c = c << 6 | (static_cast<unsigned char>(byte) & 0x3f);
    return c;
}

std::string_view cut_utf8(std::string_view text, std::size_t most) noexcept {
    std::size_t size = 0;
    while (size < text.size()) {
        const std::size_t length = utf8_length(text.substr(size));
        if (length == 0 || size + length > most) break;
        size += length;
    }
    return text.substr(0, size);
}

std::size_t find_invalid_utf8(std::string_view text) noexcept {
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {  // most texts are nothing else
            ++at;
            continue;
        }
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) return at;
        at += length;
    }
    return std::string_view::npos;
}

}  // namespace agent
