// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/who_am_i.h"

#include "expect.h"

using agent::HttpFailure;
using agent::HttpResponse;
using agent::SecretString;

namespace {

agent::Result<agent::ClioUser> read_user(int status, std::string_view body) {
    return agent::read_who_am_i(HttpResponse{
        .status = status, .content_type = "application/json", .retry_after = {}, .body = SecretString(body)});
}

struct Silent {
    int status;
    const char* body;
};

constexpr Silent kSilent[] = {
    {403, R"({"error":{"type":"ForbiddenError","message":"User is forbidden from taking that action"}})"},
    {401, R"({"error":"invalid_token","error_description":"…"})"},
    {500, R"({"data":{"id":42}})"},
    {302, R"({"data":{"id":42}})"},
    {200, "<html>"},
    {200, ""},
    {200, "{}"},
    {200, R"({"id":42})"},
    {200, R"({"data":null})"},
    {200, R"({"data":[42]})"},
    {200, R"({"data":{"name":"Jane"}})"},
    {200, R"({"data":{"id":"42"}})"},
    {200, R"({"data":{"id":4.2}})"},
    {200, R"({"data":{"id":0}})"},
    {200, R"({"data":{"id":-1}})"},
};

}  // namespace

Test(who_am_i, reads_the_user) {
    const auto user = read_user(200, R"({"data":{"id":42,"name":"Jane Doe","email":"jane@example.com","etag":"x"}})");
    cr_assert(user.has_value());
    cr_expect(user->id == 42);
    EXPECT_TEXT(user->name, "Jane Doe");
    EXPECT_TEXT(user->email, "jane@example.com");
}

Test(who_am_i, reads_the_two_names_of_platform) {
    struct {
        const char* names;
        const char* name;
    } const rows[] = {{R"("first_name":"Jane","last_name":"Doe")", "Jane Doe"},
                      {R"("first_name":"Jane")", "Jane"},
                      {R"("first_name":null,"last_name":"Doe")", "Doe"},
                      {R"("first_name":"","last_name":"")", ""}};
    for (const auto& row : rows) {
        const auto user = read_user(200, R"({"data":{"id":7,)" + std::string(row.names) + R"(,"account":{"id":1}}})");
        cr_assert(user.has_value());
        EXPECT_TEXT(user->name, row.name);
    }
}

Test(who_am_i, the_id_is_enough) {
    const auto user = read_user(200, R"({"data":{"id":9007199254740993,"name":null}})");
    cr_assert(user.has_value());
    cr_expect(user->id == 9007199254740993);
    EXPECT_TEXT(user->name, "");
    EXPECT_TEXT(user->email, "");
}

Test(who_am_i, says_nothing_rather_than_something_wrong) {
    for (const Silent& row : kSilent)
        cr_expect_not(read_user(row.status, row.body).has_value(), "%d %s", row.status, row.body);
    cr_expect_not(agent::read_who_am_i(tl::unexpected(HttpFailure{.message = "cut"})).has_value());
}

Test(who_am_i, a_refusal_is_told_from_an_outage) {
    using enum agent::Error::Code;
    struct {
        int status;
        agent::Error::Code code;
    } const rows[] = {{401, kForbidden},
                      {403, kForbidden},
                      {404, kForbidden},
                      {410, kForbidden},
                      {408, kTemporarilyUnavailable},
                      {429, kTemporarilyUnavailable},
                      {500, kTemporarilyUnavailable},
                      {503, kTemporarilyUnavailable},
                      {302, kTemporarilyUnavailable},
                      {200, kTemporarilyUnavailable}};
    for (const auto& row : rows) {
        const auto asked = read_user(row.status, "<html>");
        cr_assert_not(asked);
        cr_expect(asked.error().code == row.code, "%d", row.status);
        EXPECT_CONTAINS(asked.error().message, "HTTP " + std::to_string(row.status));
    }
    const auto later = agent::read_who_am_i(HttpResponse{
        .status = 429, .content_type = {}, .retry_after = std::chrono::seconds(7), .body = SecretString("")});
    cr_expect(later.error().retry_after == std::chrono::seconds(7));
}

Test(who_am_i, texts_are_cut_where_they_enter) {
    const std::string body = R"({"data":{"id":7,"name":")" + std::string(60'000, 'x') + R"(","email":")" +
                             std::string(199, 'e') + "\xc3\xbc" + R"("}})";
    const auto user = read_user(200, body.c_str());
    cr_assert(user.has_value());
    EXPECT_TEXT(user->name, std::string(200, 'x'));
    EXPECT_TEXT(user->email, std::string(199, 'e'));
}
