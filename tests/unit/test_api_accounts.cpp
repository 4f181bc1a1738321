// SPDX-License-Identifier: Apache-2.0
#include "expect.h"
#include "fakes/api_fixture.h"
#include "protocol/limits.h"

using agent::ApiMethod;
using agent::fail;
using fakes::ApiFixture;
using std::chrono::seconds;
using enum agent::Error::Code;

namespace {

struct ApiAccountsFixture : ApiFixture {
    ApiAccountsFixture() { accounts.hold("smith-law"); }
};

constexpr const char* kSmith =
    R"({"name":"smith-law","app":"firm","state":"ready","reason":"","next_step":"","generation":7,"expires_at":1800003600,)"
    R"("refresh_at":null,"last_refresh":null,"user":null})";

}  // namespace

Test(api_accounts, one) {
    ApiAccountsFixture api;
    const auto asked = api.get("/v1/accounts/smith-law", ApiFixture::kStranger);
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), kSmith);
    cr_expect(api.get("/v1/accounts/jones").status() == 404);
}

Test(api_accounts, with_all_that_is_known) {
    ApiAccountsFixture api;
    agent::AccountFacts& facts = api.accounts.held.find("smith-law")->second;
    facts.state = agent::AccountState::kStale;
    facts.reason = "token request: HTTP 503 \"oops\"";
    facts.next_step = "clioctl app check firm";
    facts.refresh_at = agent::WallTime(seconds(1'800'000'100));
    facts.last_refresh = agent::WallTime(seconds(1'799'990'000));
    facts.user = agent::ClioUser{.id = 42, .name = "Jane D\xc3\xb6 \xff", .email = "jane@example.com"};
    const std::string body = api.get("/v1/accounts/smith-law").body();
    EXPECT_CONTAINS(
        body, R"("state":"stale","reason":"token request: HTTP 503 \"oops\"","next_step":"clioctl app check firm")");
    EXPECT_CONTAINS(body, R"("refresh_at":1800000100,"last_refresh":1799990000)");
    EXPECT_CONTAINS(body,
                    "\"user\":{\"id\":42,\"name\":\"Jane D\xc3\xb6 \xef\xbf\xbd\",\"email\":\"jane@example.com\"}");
}

Test(api_accounts, all) {
    ApiAccountsFixture api;
    EXPECT_TEXT(api.get("/v1/accounts").body(), std::string(R"({"accounts":[)") + kSmith + "]}");
    api.accounts.held.clear();
    EXPECT_TEXT(api.get("/v1/accounts").body(), R"({"accounts":[]})");
}

Test(api_accounts, never_show_a_token) {
    ApiAccountsFixture api;
    for (const char* path : {"/v1/accounts", "/v1/accounts/smith-law", "/v1/status", "/v1/metrics"}) {
        cr_expect(api.get(path).body().find("token-of") == std::string::npos, "%s", path);
    }
}

Test(api_accounts, refresh) {
    ApiAccountsFixture api;
    auto asked = api.post("/v1/accounts/smith-law/refresh");
    cr_expect(asked.reply->answers == 0 && api.accounts.patience == seconds(30));
    api.accounts.refreshes.answer(api.accounts.held.find("smith-law")->second);
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), kSmith);

    asked = api.post("/v1/accounts/smith-law/refresh");
    api.accounts.refreshes.answer(fail(kTemporarilyUnavailable, "token request: HTTP 503"));
    cr_expect(asked.status() == 503 && asked.reply->answer->retry_after == seconds(1));
}

Test(api_accounts, revive) {
    ApiAccountsFixture api;
    const auto asked = api.post("/v1/accounts/smith-law/refresh?revive=true");
    api.accounts.revivals.answer(api.accounts.held.find("smith-law")->second);
    cr_expect(asked.status() == 200);
    EXPECT_TEXT(asked.body(), kSmith);
}

Test(api_accounts, remove) {
    struct {
        const char* query;
        bool revoke;
    } const rows[] = {{"", true}, {"?revoke=true", true}, {"?revoke=false", false}};
    for (const auto& row : rows) {
        ApiAccountsFixture api;
        api.accounts.revoke = !row.revoke;
        auto asked = api.ask(ApiMethod::kDelete, std::string("/v1/accounts/smith-law") + row.query);
        cr_expect(asked.reply->answers == 0);
        cr_expect(api.accounts.revoke == row.revoke, "%s", row.query);
        cr_expect(api.accounts.patience == agent::limits::kTokenPatience, "%s", row.query);
        api.accounts.removals.answer({});
        cr_expect(asked.status() == 204 && asked.body().empty());
        cr_expect(asked.reply->answer->content_type.empty());
    }
}

Test(api_accounts, a_removal_that_fails_says_why) {
    ApiAccountsFixture api;
    auto asked = api.ask(ApiMethod::kDelete, "/v1/accounts/smith-law");
    api.accounts.removals.answer(fail(kTemporarilyUnavailable, "deauthorize: HTTP 500"));
    cr_expect(asked.status() == 503);
    EXPECT_CONTAINS(asked.body(), "deauthorize: HTTP 500");
}

Test(api_accounts, a_removal_is_not_begun_on_a_bad_parameter) {
    for (const char* query : {"?revoke=yes", "?revoke=", "?revoke=0", "?revoke=true&revoke=false", "?Revoke=false"}) {
        ApiAccountsFixture api;
        const auto asked = api.ask(ApiMethod::kDelete, std::string("/v1/accounts/smith-law") + query);
        cr_expect(asked.status() == 400, "%s: %d", query, asked.status());
        cr_expect(api.accounts.removals.size() == 0);
    }
}
