// SPDX-License-Identifier: Apache-2.0
#include "base/text/utf8.h"

#include "expect.h"

using namespace std::string_view_literals;

namespace {

struct Utf8Row {
    std::string_view text;
    std::size_t length;
};

constexpr Utf8Row kUtf8Rows[] = {
    {""sv, 0},
    {"a"sv, 1},
    {"\0"sv, 1},
    {"\x7f"sv, 1},
    {"\xc2\x80"sv, 2},
    {"\xdf\xbf rest"sv, 2},
    {"\xe0\xa0\x80"sv, 3},
    {"\xed\x9f\xbf"sv, 3},
    {"\xef\xbf\xbf"sv, 3},
    {"\xf0\x90\x80\x80"sv, 4},
    {"\xf4\x8f\xbf\xbf"sv, 4},
    // a continuation byte alone, and leads that never occur
    {"\x80"sv, 0},
    {"\xbf"sv, 0},
    {"\xc0\x80"sv, 0},
    {"\xc1\xbf"sv, 0},
    {"\xf5\x80\x80\x80"sv, 0},
    {"\xff"sv, 0},
    // overlong forms, surrogates, above U+10FFFF
    {"\xe0\x9f\xbf"sv, 0},
    {"\xf0\x8f\xbf\xbf"sv, 0},
    {"\xed\xa0\x80"sv, 0},
    {"\xed\xbf\xbf"sv, 0},
    {"\xf4\x90\x80\x80"sv, 0},
    // cut, or followed by something else
    {"\xc2"sv, 0},
    {"\xe0\xa0"sv, 0},
    {"\xf0\x90\x80"sv, 0},
    {"\xc2 "sv, 0},
    {"\xe0\xa0 "sv, 0},
    {"\xf0\x90\x80 "sv, 0},
};

}  // namespace

Test(utf8, length_of_the_first_sequence) {
    for (const Utf8Row& row : kUtf8Rows) {
        cr_expect(agent::utf8_length(row.text) == row.length, "row %td: got %zu", &row - kUtf8Rows,
                  agent::utf8_length(row.text));
    }
}

Test(utf8, first_invalid_byte) {
    cr_expect(agent::find_invalid_utf8("") == std::string_view::npos);
    cr_expect(agent::find_invalid_utf8("gr\xc3\xbc\xc3\x9f") == std::string_view::npos);
    cr_expect(agent::find_invalid_utf8("gr\xc3\xbc\xc3") == 4);
    cr_expect(agent::find_invalid_utf8("\xff") == 0);
}

Test(utf8, is_cut_between_characters) {
    EXPECT_TEXT(agent::cut_utf8("abc", 5), "abc");
    EXPECT_TEXT(agent::cut_utf8("abc", 2), "ab");
    EXPECT_TEXT(agent::cut_utf8("gr\xc3\xbc\xc3\x9f", 4), "gr\xc3\xbc");
    EXPECT_TEXT(agent::cut_utf8("gr\xc3\xbc\xc3\x9f", 3), "gr");
    EXPECT_TEXT(agent::cut_utf8("a\xff", 5), "a");
    EXPECT_TEXT(agent::cut_utf8("", 0), "");
}

Test(utf8, decode) {
    cr_expect(agent::decode_utf8("a") == U'a');
    cr_expect(agent::decode_utf8("\u00e4") == U'\u00e4');
    cr_expect(agent::decode_utf8("\u674e") == U'\u674e');
    cr_expect(agent::decode_utf8("\U0001f3a9") == U'\U0001f3a9');
}
