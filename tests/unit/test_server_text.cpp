// SPDX-License-Identifier: Apache-2.0
#include "core/server_text.h"

#include "expect.h"

Test(server_text, quotes_only_what_is_harmless) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"The grant is invalid (e.g. \"revoked\").", "The grant is invalid (e.g. \"revoked\")."},
        {"a\r\nb\tc", "a??b?c"},
        {{"a\0b", 3}, "a?b"},
        {"\x1b[31mred\x7f", "?[31mred?"},
        {"%n%s", "%n%s"},
        {"\xc3\xa4", "??"},
        {"\xff\xfe", "??"},
    };
    for (const auto& [text, quoted] : rows) EXPECT_TEXT(agent::quoted_server_text(text), quoted);
}

Test(server_text, quotes_at_most_200_characters) {
    EXPECT_TEXT(agent::quoted_server_text(std::string(200, 'x')), std::string(200, 'x'));
    EXPECT_TEXT(agent::quoted_server_text(std::string(201, 'x')), std::string(200, 'x') + "…");
    cr_expect(agent::quoted_server_text(std::string(10'000'000, 'x')).size() < 210);
}

Test(server_text, compares_ascii_without_case) {
    cr_expect(agent::equal_ignoring_case("Bearer", "bEARER"));
    cr_expect(agent::equal_ignoring_case("", ""));
    cr_expect_not(agent::equal_ignoring_case("bearer", "bearer "));
    cr_expect_not(agent::equal_ignoring_case("bearer", "beare"));
    cr_expect_not(agent::equal_ignoring_case("[", "{"), "neighbours of the letters are no letters");
    cr_expect_not(agent::equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

Test(server_text, trims_blanks) {
    EXPECT_TEXT(agent::trimmed(" \t a b\t "), "a b");
    EXPECT_TEXT(agent::trimmed("a"), "a");
    EXPECT_TEXT(agent::trimmed(" \t"), "");
    EXPECT_TEXT(agent::trimmed(""), "");
}
