// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/grant_end.h"

#include "expect.h"

using agent::Duration;
using agent::HttpFailure;
using agent::HttpResponse;
using agent::SecretString;
using namespace std::chrono_literals;

namespace {

struct EndRow {
    int status;
    const char* body;
    bool ended;
};

constexpr EndRow kRows[] = {
    {200, "", true},  // Clio Manage; RFC 7009 section 2.2
    {200, "{}", true},
    {204, "", true},
    {200, " ", true},
    // Anything else leaves the grant as it was.
    {401, R"({"error":{"type":"UnauthorizedError","message":"User is not authorized"}})", false},
    {401, R"({"error":"invalid_client"})", false},
    {401, "<html>", false},
    {200, "<form>Welcome to the hotel's network</form>", false},
    {400, R"({"error":"unsupported_token_type"})", false},
    {400, "", false},
    {403, "<html>blocked</html>", false},
    {403, R"({"error":"invalid_token"})", false},
    {404, "", false},
    {429, R"({"message":"Too Many Requests"})", false},
    {302, "", false},
    {500, R"({"error":"invalid_token"})", false},
    {503, "", false},
};

/// The token is not good any more.
constexpr EndRow kNotGood[] = {
    {401, R"({"error":"invalid_token","error_description":"The access token provided is expired, revoked, …"})", false},
    {400, R"({"error":"invalid_grant"})", false},
    {400, R"({"error":"invalid_token"})", false},
};

agent::Result<agent::GrantEnd> read_end(int status, std::string_view body, std::optional<Duration> retry_after = {}) {
    return agent::read_deauthorize_response(HttpResponse{
        .status = status, .content_type = "application/json", .retry_after = retry_after, .body = SecretString(body)});
}

}  // namespace

Test(grant_end, ended_or_not) {
    for (const EndRow& row : kRows) {
        const auto result = read_end(row.status, row.body);
        cr_assert(result.has_value() == row.ended, "%d %s", row.status, row.body);
        if (row.ended) {
            cr_expect(*result == agent::GrantEnd::kEnded);
            continue;
        }
        cr_expect(result.error().code == agent::Error::Code::kTemporarilyUnavailable);
        EXPECT_CONTAINS(result.error().message, "HTTP " + std::to_string(row.status));
    }
}

Test(grant_end, a_token_that_is_not_good) {
    for (const EndRow& row : kNotGood) {
        const auto result = read_end(row.status, row.body);
        cr_assert(result && *result == agent::GrantEnd::kTokenNotGood, "%d %s", row.status, row.body);
    }
}

Test(grant_end, retry_after_is_rounded_up) {
    cr_expect(read_end(429, "", 1500ms).error().retry_after == 2s);
    cr_expect(read_end(503, "").error().retry_after == 0s);
}

Test(grant_end, no_answer) {
    const auto result = agent::read_deauthorize_response(tl::unexpected(HttpFailure{.message = "as.example:443: cut"}));
    cr_assert_not(result);
    cr_expect(result.error().code == agent::Error::Code::kTemporarilyUnavailable);
    EXPECT_TEXT(result.error().message, "as.example:443: cut");
}
