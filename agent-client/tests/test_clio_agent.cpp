// SPDX-License-Identifier: Apache-2.0
#include "clio_agent.h"

#include <cstdlib>
#include <string>

#include "canned_agent.h"
#include "expect.h"

// Through the shared library: what is used here is exported.

namespace {

const std::string kToken =
    R"({"account":"smith-law","access_token":"T1","token_type":"Bearer","expires_at":1900000000,"expires_in":60,)"
    R"("generation":7,"api_base":"https://app.clio.com/api/v4","min_ttl_met":false})";

}  // namespace

Test(clio_agent, gets_a_token) {
    CannedAgent canned({CannedAgent::json("200 OK", kToken), CannedAgent::json("200 OK", kToken)});
    clio_agent* agent = clio_agent_new(canned.path().c_str());
    EXPECT_TEXT(clio_agent_socket_path(agent), canned.path());
    clio_token* token = nullptr;
    clio_error* error = nullptr;
    cr_assert(clio_agent_get_token(agent, "smith-law", CLIO_DEFAULT_MIN_TTL, &token, &error) == CLIO_OK);
    cr_expect(error == nullptr);
    EXPECT_TEXT(token->account, "smith-law");
    EXPECT_TEXT(token->access_token, "T1");
    EXPECT_TEXT(token->api_base, "https://app.clio.com/api/v4");
    cr_expect(token->expires_at == 1900000000);
    cr_expect(token->generation == 7);
    cr_expect(token->min_ttl_met == 0);
    clio_token_free(token);

    ::setenv("CLIO_ACCOUNT", "from-environment", 1);
    cr_assert(clio_agent_get_token(agent, nullptr, 0, &token, nullptr) == CLIO_OK);
    clio_token_free(token);
    clio_agent_free(agent);
    EXPECT_CONTAINS(canned.requests()[0], "GET /v1/accounts/smith-law/token HTTP/1.1");
    EXPECT_CONTAINS(canned.requests()[1], "GET /v1/accounts/from-environment/token?min_ttl=0 HTTP/1.1");
}

Test(clio_agent, tells_errors) {
    const std::string problem = R"({"status":403,"code":"login_required","detail":"revoked"})";
    const CannedAgent canned(
        {CannedAgent::json("403 Forbidden", problem), CannedAgent::json("403 Forbidden", problem)});
    clio_agent* agent = clio_agent_new(canned.path().c_str());
    clio_token* token = nullptr;
    clio_error* error = nullptr;
    cr_expect(clio_agent_get_token(agent, "smith-law", 60, &token, nullptr) == CLIO_LOGIN_REQUIRED);
    cr_assert(clio_agent_get_token(agent, "smith-law", 60, &token, &error) == CLIO_LOGIN_REQUIRED);
    cr_expect(token == nullptr);
    cr_expect(error->code == CLIO_LOGIN_REQUIRED);
    EXPECT_TEXT(error->message, "login_required: revoked");
    clio_error_free(error);
    clio_agent_free(agent);
}

Test(clio_agent, tells_that_nobody_is_there) {
    clio_agent* agent = clio_agent_new("/nonexistent/agent.sock");
    clio_token* token = nullptr;
    clio_error* error = nullptr;
    cr_assert(clio_agent_get_token(agent, "smith-law", 60, &token, &error) == CLIO_NO_AGENT);
    EXPECT_CONTAINS(error->message, "nobody listens at /nonexistent/agent.sock");
    clio_error_free(error);
    clio_agent_free(agent);
}

Test(clio_agent, asks_again_when_an_answer_breaks_off) {
    const std::string whole = CannedAgent::json(
        "200 OK", R"({"account":"smith-law","access_token":"a-token","token_type":"Bearer","expires_at":1,)"
                  R"("expires_in":1,"generation":1,"api_base":"https://app.clio.com/api/v4"})");
    const std::string reported = CannedAgent::json("200 OK", R"({"generation":8,"outcome":"newer_exists"})");
    CannedAgent canned({"", whole.substr(0, 60), whole, "", "", "", "", reported});
    clio_agent* agent = clio_agent_new(canned.path().c_str());
    clio_token* token = nullptr;
    cr_assert(clio_agent_get_token(agent, "smith-law", 60, &token, nullptr) == CLIO_OK);
    clio_token_free(token);
    clio_error* error = nullptr;
    cr_expect(clio_agent_get_token(agent, "smith-law", 60, &token, &error) == CLIO_TEMPORARILY_UNAVAILABLE);
    EXPECT_CONTAINS(error->message, "closed the connection");
    clio_error_free(error);
    cr_expect(clio_agent_report(agent, "smith-law", 7, 401, nullptr, nullptr) == CLIO_TEMPORARILY_UNAVAILABLE);
    // The answer that a second request would have got is still there.
    cr_expect(clio_agent_report(agent, "smith-law", 7, 401, nullptr, nullptr) == CLIO_OK);
    cr_expect(canned.requests().size() == 8, "a report is not repeated, a GET not for ever");
    clio_agent_free(agent);
}

Test(clio_agent, keeps_its_timeout) {
    // Listens and never answers: the canned agent waits for a request that never ends.
    const CannedAgent canned({""});
    clio_agent* agent = clio_agent_new(canned.path().c_str());
    clio_agent_set_timeout(agent, 0);
    clio_token* token = nullptr;
    const clio_code code = clio_agent_get_token(agent, "smith-law", 60, &token, nullptr);
    cr_expect(code == CLIO_TEMPORARILY_UNAVAILABLE, "%s", clio_code_name(code));
    clio_agent_free(agent);
}

Test(clio_agent, reports) {
    const std::string answer = R"({"generation":8,"outcome":"newer_exists"})";
    const CannedAgent canned({CannedAgent::json("200 OK", answer), CannedAgent::json("200 OK", answer)});
    clio_agent* agent = clio_agent_new(canned.path().c_str());
    clio_report_outcome outcome = CLIO_REPORT_IGNORED;
    cr_expect(clio_agent_report(agent, "smith-law", 7, 401, &outcome, nullptr) == CLIO_OK);
    cr_expect(outcome == CLIO_REPORT_NEWER_EXISTS);
    cr_expect(clio_agent_report(agent, "smith-law", 7, 401, nullptr, nullptr) == CLIO_OK);
    cr_expect(clio_agent_report(agent, nullptr, 7, 401, nullptr, nullptr) == CLIO_BAD_REQUEST);
    clio_agent_free(agent);
}

Test(clio_agent, names_codes) {
    EXPECT_TEXT(clio_code_name(CLIO_OK), "ok");
    EXPECT_TEXT(clio_code_name(CLIO_BAD_REQUEST), "bad_request");
    EXPECT_TEXT(clio_code_name(CLIO_NOT_FOUND), "not_found");
    EXPECT_TEXT(clio_code_name(CLIO_CONFLICT), "conflict");
    EXPECT_TEXT(clio_code_name(CLIO_ACCOUNT_AMBIGUOUS), "account_ambiguous");
    EXPECT_TEXT(clio_code_name(CLIO_LOGIN_REQUIRED), "login_required");
    EXPECT_TEXT(clio_code_name(CLIO_LOCKED), "locked");
    EXPECT_TEXT(clio_code_name(CLIO_FORBIDDEN), "forbidden");
    EXPECT_TEXT(clio_code_name(CLIO_TEMPORARILY_UNAVAILABLE), "temporarily_unavailable");
    EXPECT_TEXT(clio_code_name(CLIO_INTERNAL), "internal");
    EXPECT_TEXT(clio_code_name(CLIO_NO_AGENT), "no_agent");
    EXPECT_TEXT(clio_code_name(CLIO_NO_MEMORY), "no_memory");
    EXPECT_TEXT(clio_code_name(CLIO_NEEDS_ATTENTION), "needs_attention");
    EXPECT_TEXT(clio_code_name(static_cast<clio_code>(13)), "unknown");
}

Test(clio_agent, frees_nothing) {
    clio_agent_free(nullptr);
    clio_token_free(nullptr);
    clio_error_free(nullptr);
}
