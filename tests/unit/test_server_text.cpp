// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/server_text.h"

#include <array>

#include "base/text/utf8.h"
#include "expect.h"

using agent::quoted_server_text;

Test(server_text, is_quoted_as_it_is_and_does_not_control_a_terminal) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", ""},
        {"The grant is invalid (e.g. \"revoked\").", "The grant is invalid (e.g. \"revoked\")."},
        {"Accès refusé – 拒否 🎩", "Accès refusé – 拒否 🎩"},
        {"a\r\nb\tc", "a\\x0d\\x0ab\\x09c"},
        {{"a\0b", 3}, "a\\x00b"},
        {"\x1b[31mred\x7f", "\\x1b[31mred\\x7f"},
        {"\u202eevil", "\\u202eevil"},
        {"%n%s", "%n%s"},
        {"Acc\xe8s", "Acc\ufffds"},  // Latin 1
        {"\xff\xfe", "\ufffd\ufffd"},
    };
    for (const auto& [text, quoted] : rows) EXPECT_TEXT(quoted_server_text(text), quoted);
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
    for (const auto& row : rows) EXPECT_TEXT(quoted_server_text(row.text, sent), row.quoted);
}

Test(server_text, is_quoted_up_to_200_bytes) {
    EXPECT_TEXT(quoted_server_text(std::string(200, 'x')), std::string(200, 'x'));
    EXPECT_TEXT(quoted_server_text(std::string(201, 'x')), std::string(200, 'x') + "…");
    EXPECT_TEXT(quoted_server_text(std::string(199, 'x') + "é"), std::string(199, 'x') + "…");
    EXPECT_TEXT(quoted_server_text(std::string(197, 'x') + "🎩🎩"), std::string(197, 'x') + "…");
    EXPECT_TEXT(quoted_server_text(std::string(196, 'x') + "🎩"), std::string(196, 'x') + "🎩");
    const std::string quote = quoted_server_text(std::string(10'000'000, '\x1b'));
    cr_expect(quote.size() < 210 && agent::find_invalid_utf8(quote) == std::string::npos);
}

Test(server_text, says_what_an_answer_has_as_its_error) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {R"({"error":"invalid_grant","error_description":"it expired"})", "invalid_grant: it expired"},
        {R"({"error":"invalid_grant"})", "invalid_grant"},
        {R"({"error":"invalid_grant","error_description":""})", "invalid_grant"},
        {R"({"error":{"type":"UnauthorizedError","message":"The app is suspended..."}})",
         "UnauthorizedError: The app is suspended..."},
        {R"({"error":{"message":"Suspendu à jamais"}})", "Suspendu à jamais"},
        {R"({"error":{"code":"E42","detail":"no"}})", "E42: no"},
        {R"({"error":{"type":"X","message":{"en":"no"}}})", "X"},
        {R"({"error":{}})", ""},
        {R"({"error":{},"message":"m"})", "m"},
        // Cut off, or not quite JSON.
        {R"({"error":{"type":"UnauthorizedError","message":"The app is suspended..."})",
         "UnauthorizedError: The app is suspended..."},
        {R"({"error":"invalid_grant","error_descr)", "invalid_grant"},
        {R"({"error":{"type":"Unauthor)", ""},
        {"\xef\xbb\xbf{\"error\":\"e\",\"error_description\":\"Acc\xe8s\"}", "e: Acc\ufffds"},
        {"<html>", ""},
        {R"({"error":["invalid_grant"]})", ""},
        {R"({"error":null,"message":"Too Many Requests"})", "Too Many Requests"},
        {R"({"message":"Too Many Requests"})", "Too Many Requests"},
        {R"({"more":"m"})", ""},
        {R"("invalid_grant")", ""},
        {"[]", ""},
    };
    for (const auto& [answer, text] : rows) EXPECT_TEXT(agent::server_error_text(answer), text);
}
