// SPDX-License-Identifier: Apache-2.0
#include "base/text/printable.h"

#include <algorithm>
#include <array>

#include "base/text/utf8.h"

namespace agent {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// C0, DEL and C1 controls; line and paragraph separator; marks, embeddings, overrides and isolates of direction.
constexpr std::array<Range, 7> kUnsafe{{{0x00, 0x1f},
                                        {0x7f, 0x9f},
                                        {0x061c, 0x061c},
                                        {0x200e, 0x200f},
                                        {0x2028, 0x202e},
                                        {0x2066, 0x2069},
                                        {0xfeff, 0xfeff}}};

bool is_unsafe(char32_t c) {
    return std::any_of(kUnsafe.begin(), kUnsafe.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

std::string in_hex(char32_t c, int digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) text += kDigits[(c >> shift) & 0xf];
    return text;
}

std::string escaped(char32_t c) {
    return c < 0x100 ? "\\x" + in_hex(c, 2) : "\\u" + in_hex(c, 4);
}

}  // namespace

std::string printable(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = utf8_length(text);
        const std::string_view sequence = text.substr(0, std::max<std::size_t>(length, 1));
        if (length == 0) {
            out += kReplacementCharacter;
        } else if (const char32_t c = decode_utf8(sequence); is_unsafe(c)) {
            out += escaped(c);
        } else {
            out += sequence;
        }
        text.remove_prefix(sequence.size());
    }
    return out;
}

void append_printable_json(SecretBuffer& out, std::string_view json) {
    while (!json.empty()) {
        const std::size_t length = utf8_length(json);
        const std::string_view sequence = json.substr(0, std::max<std::size_t>(length, 1));
        const char32_t c = length == 0 ? 0xfffd : decode_utf8(sequence);
        if (c == '\n' || c == '\r' || c == '\t') {
            out.append(" ");  // within a JSON text white space between tokens
        } else if (is_unsafe(c)) {
            out.append("\\u" + in_hex(c, 4));
        } else {
            out.append(length == 0 ? kReplacementCharacter : sequence);
        }
        json.remove_prefix(sequence.size());
    }
}

}  // namespace agent
