// SPDX-License-Identifier: Apache-2.0
#include "lib/token_call.h"

#include "canned_agent.h"
#include "expect.h"

using namespace agent;
using namespace std::chrono_literals;

namespace {

const std::string kToken =
    R"({"account":"smith-law","access_token":"T1","token_type":"Bearer","expires_at":1900000000,"expires_in":60,)"
    R"("generation":7,"api_base":"https://app.clio.com/api/v4"})";

/// The failure when the agent gives this answer.
Failure failure_of(const std::string& answer) {
    const CannedAgent canned({answer});
    const auto token = get_token(AgentClient(canned.path(), 5s), "smith-law", std::nullopt);
    cr_assert(!token.has_value(), "no failure: %s", answer.c_str());
    return token.error();
}

std::string request_line(const std::string& request) {
    return request.substr(0, request.find("\r\n"));
}

}  // namespace

Test(token_call, reads_the_token) {
    CannedAgent canned({CannedAgent::json("200 OK", kToken)});
    const auto token = get_token(AgentClient(canned.path(), 5s), "smith-law", 90s);
    cr_assert(token.has_value());
    EXPECT_TEXT(token->account, "smith-law");
    EXPECT_TEXT(token->access_token, "T1");
    EXPECT_TEXT(token->api_base, "https://app.clio.com/api/v4");
    cr_expect(token->expires_at == 1900000000);
    cr_expect(token->generation == 7);
    cr_expect(token->min_ttl_met);
    EXPECT_TEXT(token->answer.text.reveal(), kToken);
    EXPECT_TEXT(request_line(canned.requests().front()), "GET /v1/accounts/smith-law/token?min_ttl=90 HTTP/1.1");
}

Test(token_call, of_the_only_account) {
    CannedAgent canned({CannedAgent::json("200 OK", kToken)});
    cr_assert(get_token(AgentClient(canned.path(), 5s), std::nullopt, std::nullopt).has_value());
    EXPECT_TEXT(request_line(canned.requests().front()), "GET /v1/token HTTP/1.1");
}

Test(token_call, refuses_what_is_no_name) {
    for (const char* name : {"", "a/b", "a b", "a\r\nX: y", "é"}) {
        const auto token = get_token(AgentClient("/nowhere"), name, std::nullopt);
        cr_assert(!token.has_value());
        EXPECT_TEXT(token.error().code, "bad_request");
    }
}

Test(token_call, reads_problems) {
    const Failure failure = failure_of(CannedAgent::json(
        "503 x", R"({"type":"about:blank","title":"t","status":503,"code":"temporarily_unavailable","detail":"why"})",
        "Retry-After: 17\r\n"));
    EXPECT_TEXT(failure.code, "temporarily_unavailable");
    EXPECT_TEXT(failure.detail, "why");
    cr_expect(failure.retry_after == 17s);
}

Test(token_call, tells_what_came_instead) {
    struct Row {
        std::string answer;
        const char* code;
        const char* detail;
    };
    const Row rows[] = {
        {CannedAgent::json("503 x", "<html>"), "temporarily_unavailable", "HTTP status 503"},
        {CannedAgent::json("400 x", ""), "internal", "HTTP status 400"},
        {CannedAgent::json("302 x", kToken), "internal", "HTTP status 302"},
        {CannedAgent::json("418 x", R"({"code":"teapot","detail":"short"})"), "teapot", "short"},
        {CannedAgent::json("200 OK", ""), "internal", "\"account\" is missing"},
        {CannedAgent::json("200 OK", "[]"), "internal", "\"account\" is missing"},
        {CannedAgent::json("200 OK", "{\"account\""), "internal", "line 1, column"},
        {CannedAgent::json("200 OK", R"({"account":"a","access_token":7})"), "internal", "\"access_token\" is missing"},
        {CannedAgent::json("200 OK",
                           R"({"account":"a","access_token":"T\r\nX: y","api_base":"","expires_at":1,"generation":1})"),
         "internal", "its access token is invalid"},
        {"nonsense\r\n", "internal", "not an HTTP status line"},
    };
    for (const Row& row : rows) {
        const Failure failure = failure_of(row.answer);
        EXPECT_TEXT(failure.code, row.code);
        EXPECT_CONTAINS(failure.detail, row.detail);
    }
}

Test(token_call, reports) {
    struct Row {
        const char* outcome;
        ReportAnswer expected;
    };
    const Row rows[] = {{"newer_exists", ReportAnswer::kNewerExists},
                        {"refreshing", ReportAnswer::kRefreshing},
                        {"ignored", ReportAnswer::kIgnored}};
    for (const Row& row : rows) {
        CannedAgent canned(
            {CannedAgent::json("200 OK", std::string(R"({"generation":8,"outcome":")") + row.outcome + "\"}")});
        const auto answer = report_refusal(AgentClient(canned.path(), 5s), "smith-law", 7, 401);
        cr_assert(answer.has_value());
        cr_expect(*answer == row.expected, "%s", row.outcome);
        const std::string& request = canned.requests().front();
        EXPECT_TEXT(request_line(request), "POST /v1/accounts/smith-law/report HTTP/1.1");
        EXPECT_CONTAINS(request, R"({"generation":7,"status":401})");
    }
}

Test(token_call, a_stream_that_does_not_begin_is_given_up) {
    const CannedAgent silent({});
    const auto streamed =
        AgentClient(silent.path(), 100ms).stream("/v1/events", [](std::string_view) { return Reply<void>(); });
    cr_assert_not(streamed.has_value());
    EXPECT_TEXT(streamed.error().code, "temporarily_unavailable");
}
