// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

#include <array>

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

Test(server_text, blanks_out_secrets_before_it_is_cut) {
    const std::array<agent::SecretString, 3> sent{agent::SecretString(std::string(40, 'k')),
                                                  agent::SecretString("a b&c=d/e"), agent::SecretString("abc")};
    struct {
        std::string text;
        std::string quoted;
    } const rows[] = {
        {"token " + std::string(40, 'k') + " is revoked", "token [secret] is revoked"},
        {std::string(195, 'x') + std::string(40, 'k'), std::string(195, 'x') + "[secr…"},
        {std::string(195, 'x') + std::string(20, 'k'), std::string(195, 'x') + "[secr…"},  // cut by the server
        {"a b&c=d/e, a%20b%26c%3Dd%2Fe", "[secret], [secret]"},
        {std::string(80, 'k'), "[secret][secret]"},
        {"kkkkkkk", "kkkkkkk"},
        {"abc", "abc"},  // too short to be one
        {"", ""},
    };
    for (const auto& row : rows) EXPECT_TEXT(agent::quoted_server_text(row.text, sent), row.quoted);
}

Test(server_text, quotes_at_most_200_characters) {
    EXPECT_TEXT(agent::quoted_server_text(std::string(200, 'x')), std::string(200, 'x'));
    EXPECT_TEXT(agent::quoted_server_text(std::string(201, 'x')), std::string(200, 'x') + "…");
    cr_expect(agent::quoted_server_text(std::string(10'000'000, 'x')).size() < 210);
}
