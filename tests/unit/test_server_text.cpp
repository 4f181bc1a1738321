// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

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
