// SPDX-License-Identifier: Apache-2.0
#include "expect.h"
#include "fakes/api_fixture.h"

using agent::Error;
using agent::fail;
using agent::ReportOutcome;
using fakes::ApiFixture;
using std::chrono::seconds;
using enum agent::Error::Code;

namespace {

struct ApiTokensFixture : ApiFixture {
    ApiTokensFixture() {
        accounts.hold("smith-law");
        clock.set_wall(agent::WallTime(seconds(1'800'000'000)));
    }
};

constexpr const char* kToken =
    R"({"account":"smith-law","access_token":"token-of-smith-law","token_type":"Bearer","expires_at":1800003600,)"
    R"("expires_in":3600,"generation":7,"api_base":"https://app.clio.com/api/v4","state":"ready"})";

}  // namespace

Test(api_tokens, given_at_once) {
    ApiTokensFixture api;
    const auto asked = api.get("/v1/accounts/smith-law/token", ApiFixture::kStranger);
    cr_expect(asked.status() == 200 && asked.waiting == nullptr);
    EXPECT_TEXT(asked.reply->answer->content_type, "application/json");
    EXPECT_TEXT(asked.body(), kToken);
}

Test(api_tokens, of_the_only_account) {
    ApiTokensFixture api;
    EXPECT_TEXT(api.get("/v1/token?min_ttl=5").body(), kToken);
    cr_expect(api.accounts.min_ttl == seconds(5));

    api.accounts.hold("jones");
    const auto ambiguous = api.get("/v1/token");
    cr_expect(ambiguous.status() == 409);
    EXPECT_CONTAINS(ambiguous.body(), R"("code":"account_ambiguous")");

    api.accounts.held.clear();
    cr_expect(api.get("/v1/token").status() == 404);
}

Test(api_tokens, that_lives_shorter_than_asked_for_says_so) {
    ApiTokensFixture api;
    api.accounts.min_ttl_met = false;
    EXPECT_CONTAINS(api.get("/v1/token").body(), R"(,"min_ttl_met":false})");
}

Test(api_tokens, of_an_account_that_needs_a_person_says_so) {
    ApiTokensFixture api;
    api.accounts.held["smith-law"].state = agent::AccountState::kLoginRequired;
    api.accounts.held["smith-law"].reason = "the server refused the refresh token";
    EXPECT_CONTAINS(api.get("/v1/token").body(),
                    R"(,"state":"login_required","reason":"the server refused the refresh token"})");
}

Test(api_tokens, that_has_just_expired_has_no_time_left) {
    ApiTokensFixture api;
    api.clock.set_wall(agent::WallTime(seconds(1'800'003'601)));
    EXPECT_CONTAINS(api.get("/v1/token").body(), R"("expires_in":0,)");
}

Test(api_tokens, min_ttl) {
    struct {
        const char* query;
        int status;
        int asked;
    } const rows[] = {
        {"", 200, 60},
        {"?", 200, 60},
        {"?min_ttl=0", 200, 0},
        {"?min_ttl=31536000", 200, 31536000},
        {"?min_ttl=%36", 200, 6},
        {"?min_ttl=31536001", 400, -1},
        {"?min_ttl=-1", 400, -1},
        {"?min_ttl=", 400, -1},
        {"?min_ttl", 400, -1},
        {"?min_ttl=+5", 400, -1},
        {"?min_ttl=5s", 400, -1},
        {"?min_ttl=1e3", 400, -1},
        {"?min_ttl=5&min_ttl=6", 400, -1},
        {"?min_ttl=99999999999999999999", 400, -1},
        {"?min_ttl=%zz", 400, -1},
    };
    for (const auto& row : rows) {
        ApiTokensFixture api;
        api.accounts.min_ttl = seconds(-1);
        const auto asked = api.get(std::string("/v1/accounts/smith-law/token") + row.query);
        cr_expect(asked.status() == row.status, "%s: %d", row.query, asked.status());
        cr_expect(api.accounts.min_ttl == seconds(row.asked), "%s", row.query);
        if (row.status == 400) EXPECT_CONTAINS(asked.body(), R"("code":"bad_request")");
    }
}

Test(api_tokens, every_error_has_its_status_and_code) {
    struct {
        Error::Code code;
        int status;
        const char* name;
        int retry_after;  // -1: none
    } const rows[] = {
        {kBadRequest, 400, "bad_request", -1},
        {kNotFound, 404, "not_found", -1},
        {kConflict, 409, "conflict", -1},
        {kAccountAmbiguous, 409, "account_ambiguous", -1},
        {kLoginRequired, 403, "login_required", -1},
        {kLocked, 423, "locked", -1},
        {kForbidden, 403, "forbidden", -1},
        {kTemporarilyUnavailable, 503, "temporarily_unavailable", 17},
        {kInternal, 500, "internal", -1},
    };
    for (const auto& row : rows) {
        ApiTokensFixture api;
        api.accounts.error = Error{.code = row.code, .message = "token: \"quoted\"\n", .retry_after = seconds(17)};
        const auto asked = api.get("/v1/accounts/smith-law/token");
        cr_assert(asked.status() == row.status, "%s: %d", row.name, asked.status());
        EXPECT_TEXT(asked.reply->answer->content_type, "application/problem+json");
        EXPECT_CONTAINS(asked.body(), std::string(R"("code":")") + row.name + "\"");
        EXPECT_CONTAINS(asked.body(), "\"status\":" + std::to_string(row.status) + ",");
        EXPECT_CONTAINS(asked.body(), R"("type":"about:blank")");
        EXPECT_CONTAINS(asked.body(), R"("detail":"token: \"quoted\"\n")");
        cr_expect(asked.reply->answer->retry_after.value_or(seconds(-1)) == seconds(row.retry_after), "%s", row.name);
    }
}

Test(api_tokens, an_unknown_wait_is_a_second) {
    ApiTokensFixture api;
    api.accounts.error = Error{.code = kTemporarilyUnavailable, .message = "busy"};
    cr_expect(api.get("/v1/token").reply->answer->retry_after == seconds(1));
}

Test(api_tokens, awaited) {
    ApiTokensFixture api;
    api.accounts.must_wait = true;
    auto asked = api.get("/v1/accounts/smith-law/token");
    cr_expect(asked.reply->answers == 0 && asked.waiting != nullptr);
    cr_expect(api.accounts.patience == seconds(30));
    api.accounts.tokens.answer(api.accounts.token("smith-law"));
    cr_expect(asked.reply->answers == 1);
    EXPECT_TEXT(asked.body(), kToken);
}

Test(api_tokens, awaited_in_vain) {
    ApiTokensFixture api;
    api.accounts.must_wait = true;
    auto asked = api.get("/v1/token");
    api.accounts.tokens.answer(fail(kLoginRequired, "smith-law: log in again"));
    cr_expect(asked.status() == 403 && asked.reply->answers == 1);
    EXPECT_CONTAINS(asked.body(), "log in again");
}

Test(api_tokens, a_wait_that_is_given_up_is_gone) {
    ApiTokensFixture api;
    api.accounts.must_wait = true;
    auto asked = api.get("/v1/token");
    cr_expect(api.accounts.tokens.size() == 1);
    asked.waiting.reset();
    cr_expect(api.accounts.tokens.size() == 0);
}

Test(api_tokens, a_request_for_which_locked_memory_has_no_room_is_refused) {
    ApiTokensFixture api;
    api.room = tl::unexpected(agent::Error{.code = agent::Error::Code::kTemporarilyUnavailable,
                                           .message = "the locked memory for secrets is taken",
                                           .retry_after = std::chrono::seconds(1)});
    for (const auto& asked : {api.get("/v1/token"), api.post("/v1/accounts/smith-law/report", "{}")}) {
        cr_expect(asked.status() == 503 && asked.reply->answer->retry_after == std::chrono::seconds(1));
        EXPECT_CONTAINS(asked.body(), R"("code":"temporarily_unavailable")");
        EXPECT_CONTAINS(asked.body(), "locked memory");
    }
    cr_expect(api.accounts.reports.empty());

    api.room = {};
    api.accounts.must_wait = true;
    const auto waits = api.get("/v1/token");
    api.room = fail(agent::Error::Code::kTemporarilyUnavailable, "the locked memory for secrets is taken");
    api.accounts.must_wait = false;
    api.accounts.tokens.answer(api.accounts.token_now("smith-law", {}).value());
    cr_expect(waits.status() == 503, "%d", waits.status());
}

Test(api_tokens, reports) {
    struct {
        ReportOutcome outcome;
        const char* word;
    } const rows[] = {{ReportOutcome::kNewerExists, "newer_exists"},
                      {ReportOutcome::kRefreshing, "refreshing"},
                      {ReportOutcome::kIgnored, "ignored"}};
    for (const auto& row : rows) {
        ApiTokensFixture api;
        api.accounts.outcome = row.outcome;
        const auto asked = api.ask(agent::ApiMethod::kPost, "/v1/accounts/smith-law/report",
                                   R"({"generation":6,"status":401})", ApiFixture::kStranger);
        cr_expect(asked.status() == 200);
        EXPECT_TEXT(asked.body(), std::string(R"({"generation":7,"outcome":")") + row.word + "\"}");
        cr_assert(api.accounts.reports.size() == 1);
        cr_expect(api.accounts.reports[0].generation == 6 && api.accounts.reports[0].status == 401);
    }
}

Test(api_tokens, a_report_is_short) {
    ApiTokensFixture api;
    const std::string report = R"({"generation":6,"status":401})";
    const auto padded = [&](std::size_t size) { return report + std::string(size - report.size(), ' '); };
    cr_expect(api.post("/v1/accounts/smith-law/report", padded(1024)).status() == 200);
    const auto asked = api.post("/v1/accounts/smith-law/report", padded(1025));
    cr_expect(asked.status() == 400);
    EXPECT_CONTAINS(asked.body(), "at most 1024 bytes");
    cr_expect(api.accounts.reports.size() == 1);
}

Test(api_tokens, bad_reports_never_reach_the_account) {
    for (const char* body :
         {"", "not json", "[]", "7", "{}", R"({"generation":6})", R"({"status":401})",
          R"({"generation":0,"status":401})", R"({"generation":-1,"status":401})", R"({"generation":"6","status":401})",
          R"({"generation":6,"status":99})", R"({"generation":6,"status":600})", R"({"generation":6.0,"status":401})",
          R"({"generation":6,"status":401,"more":1})", R"({"generation":6,"generation":6,"status":401})",
          R"({"generation":6,"status":401} x)"}) {
        ApiTokensFixture api;
        const auto asked = api.post("/v1/accounts/smith-law/report", body);
        cr_expect(asked.status() == 400, "%s: %d", body, asked.status());
        EXPECT_CONTAINS(asked.body(), "line 1, column ");
        cr_expect(api.accounts.reports.empty());
    }
    ApiTokensFixture api;
    cr_expect(api.post("/v1/accounts/nobody/report", R"({"generation":6,"status":401})").status() == 404);
}
