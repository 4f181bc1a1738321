// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>

#include "base/json/json.h"
#include "fault_answers.h"

using namespace agent;           // NOLINT(google-build-using-namespace)
using namespace agent::sandbox;  // NOLINT(google-build-using-namespace)

namespace {

constexpr const char* kTokens = R"({"token_type":"bearer","access_token":"A","expires_in":20,"refresh_token":"R"})";

struct Row {
    const char* fault;
    const char* body;
};
constexpr Row kSpoilt[] = {
    {"token:notoken", R"({"token_type":"bearer","expires_in":20,"refresh_token":"R"})"},
    {"token:negative_expires", R"({"token_type":"bearer","access_token":"A","expires_in":-1,"refresh_token":"R"})"},
    {"token:absurd_expires",
     R"({"token_type":"bearer","access_token":"A","expires_in":9223372036854775807,"refresh_token":"R"})"},
    {"token:expires_string", R"({"token_type":"bearer","access_token":"A","expires_in":"20","refresh_token":"R"})"},
    {"token:token_in_error200",
     R"({"token_type":"bearer","access_token":"A","expires_in":20,"refresh_token":"R","error":"server_error"})"},
    {"token:no_expires", R"({"token_type":"bearer","access_token":"A","refresh_token":"R"})"},
    {"token:null_expires", R"({"token_type":"bearer","access_token":"A","expires_in":null,"refresh_token":"R"})"},
    {"token:empty_refresh", R"({"token_type":"bearer","access_token":"A","expires_in":20,"refresh_token":""})"},
    {"token:mac_type", R"({"token_type":"mac","access_token":"A","expires_in":20,"refresh_token":"R"})"},
    {"token:duplicate", R"({"scope":"a","scope":"a","token_type":"bearer","access_token":"A","expires_in":20,)"
                        R"("refresh_token":"R"})"},
    {"token:bom",
     "\xef\xbb\xbf"
     R"({"token_type":"bearer","access_token":"A","expires_in":20,"refresh_token":"R"})"},
    {"token:empty", ""},
    {"token:badjson", R"({"token_type":"bearer","access_token":")"},
    {"token:lost", kTokens},
};

Fault fault(const char* text) {
    return *parse_fault(text);
}

Reply token_reply() {
    return {.status = 200, .headers = {{"Content-Type", "application/json"}}, .body = kTokens};
}

std::string header(const Reply& reply, std::string_view name) {
    for (const auto& [key, value] : reply.headers) {
        if (key == name) return value;
    }
    return "";
}

}  // namespace

Test(sandbox_fault_answers, spoil_a_token_answer) {
    for (const Row& row : kSpoilt) {
        const Reply reply = spoil(fault(row.fault), token_reply());
        cr_assert(reply.body == row.body, "%s: %s", row.fault, reply.body.c_str());
        cr_assert_eq(reply.status, 200);
    }
}

Test(sandbox_fault_answers, leave_an_error_as_it_is) {
    const Reply reply =
        spoil(fault("token:negative_expires"), {.status = 400, .headers = {}, .body = R"({"error":"x"})"});
    cr_assert(reply.body == R"({"error":"x"})");
}

Test(sandbox_fault_answers, big_body_is_good_json_all_the_same) {
    const Reply reply = spoil(fault("token:bigbody"), token_reply());
    cr_assert_gt(reply.body.size(), std::size_t{10} << 20);
    const auto json = Json::parse(reply.body);
    cr_assert(json.has_value());
    cr_assert(json->find_string("access_token") == "A");
}

Test(sandbox_fault_answers, wrong_type_keeps_the_body) {
    const Reply reply = spoil(fault("token:wrongtype"), token_reply());
    cr_assert(header(reply, "Content-Type") == "text/html");
    cr_assert(reply.body == kTokens);
}

Test(sandbox_fault_answers, other_oddities) {
    cr_assert_eq(spoil(fault("token:created"), token_reply()).status, 201);
    cr_assert(spoil(fault("token:trailing"), token_reply()).body.ends_with('\0'));
    cr_assert_not(Json::parse(spoil(fault("token:not_utf8"), token_reply()).body).has_value());
}

Test(sandbox_fault_answers, nasty_description_is_good_json) {
    const Reply reply = answer_instead(fault("token:nasty_description"), "/oauth/token", {});
    const auto json = Json::parse(reply.body);
    cr_assert(json.has_value());
    const std::string description(json->find_string("error_description").value_or(""));
    for (const char* part : {"\"", "\r\n", "%n", "<script>", "\x1b"}) {
        cr_assert_neq(description.find(part), std::string::npos, "%s", part);
    }
}

Test(sandbox_fault_answers, have_the_shape_of_their_endpoint) {
    constexpr WallTime kNow{std::chrono::seconds(1'700'000'000)};
    struct Shape {
        const char* fault;
        const char* path;
        const char* part;
    };
    constexpr Shape kShapes[] = {
        {"token:400", "/oauth/token", R"("error":"invalid_grant")"},
        {"token:401", "/oauth/token", R"("error":"invalid_client")"},
        {"api:401", "/api/v4/matters", R"("error":"invalid_token")"},
        {"api:403", "/api/v4/matters", R"("type":"ForbiddenError")"},
        {"api:429", "/grow/contacts", R"({"message":"Too Many Requests"})"},
        {"api:429", "/api/v4/matters", "Retry in 2 second"},
    };
    for (const Shape& shape : kShapes) {
        const Reply reply = answer_instead(fault(shape.fault), shape.path, kNow);
        cr_assert_neq(reply.body.find(shape.part), std::string::npos, "%s: %s", shape.fault, reply.body.c_str());
    }
    const auto header_of = [&](const char* text, const char* name) {
        return header(answer_instead(fault(text), "/oauth/token", kNow), name);
    };
    cr_assert(header_of("token:retry_after:7", "Retry-After") == "7");
    cr_assert(header_of("token:retry_at", "Retry-At") == "Tue, 14 Nov 2023 22:13:22 GMT");
    cr_assert(header_of("token:307", "Location") == "/_sandbox/redirected");
}
