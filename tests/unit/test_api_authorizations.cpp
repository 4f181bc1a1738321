// SPDX-License-Identifier: Apache-2.0
#include "expect.h"
#include "fakes/api_fixture.h"

using agent::ApiMethod;
using agent::Error;
using agent::fail;
using agent::LoginState;
using fakes::ApiFixture;
using std::chrono::seconds;
using enum agent::Error::Code;

namespace {

struct ApiAuthorizationsFixture : ApiFixture {
    void open_login(uid_t user = kOwnUser) {
        static_cast<void>(logins.start({.app = "", .account = "smith-law", .user = user}));
    }
};

constexpr const char* kPending =
    R"({"id":"login-1","account":"smith-law","redirect_uri":"http://127.0.0.1:5678/callback","authorization_url":"https://app.clio.com/oauth/authorize?state=s",)"
    R"("start_url":"http://127.0.0.1:5678/clio-agent/start?ticket",)"
    R"("expires_at":1800000600,"status":"pending"})";

}  // namespace

Test(api_authorizations, those_that_are_open) {
    ApiFixture api;
    EXPECT_TEXT(api.get("/v1/authorizations").body(), R"({"authorizations":[]})");
    cr_expect(api.get("/v1/authorizations", ApiFixture::kStranger).status() == 403);
    static_cast<void>(api.logins.start({.app = "", .account = "smith-law"}));
    EXPECT_CONTAINS(api.get("/v1/authorizations").body(),
                    R"({"authorizations":[{"id":"login-1","account":"smith-law",)");
}

Test(api_authorizations, begin) {
    ApiFixture api;
    const auto asked = api.post("/v1/authorizations", R"({"account":"smith-law","app":"firm","replace_user":true})");
    cr_expect(asked.status() == 201);
    EXPECT_TEXT(asked.body(), kPending);
    EXPECT_TEXT(api.logins.request.account, "smith-law");
    EXPECT_TEXT(api.logins.request.app, "firm");
    cr_expect(api.logins.request.replace_user);
}

Test(api_authorizations, begin_with_the_least) {
    ApiFixture api;
    cr_expect(api.post("/v1/authorizations", R"({"account":"smith-law"})").status() == 201);
    cr_expect(api.logins.request.app.empty() && !api.logins.request.replace_user);
}

Test(api_authorizations, are_for_the_browser_of_the_user_who_begins_them) {
    struct {
        uid_t peer;
        const char* body;
        int status;
        std::uint32_t user;
    } const rows[] = {
        {ApiFixture::kOwnUser, R"({"account":"a"})", 201, ApiFixture::kOwnUser},
        {ApiFixture::kOwnUser, R"({"account":"a","user":1000})", 201, ApiFixture::kOwnUser},
        {ApiFixture::kOwnUser, R"({"account":"a","user":1001})", 403, 0},
        {0, R"({"account":"a"})", 201, 0},
        {0, R"({"account":"a","user":1001})", 201, 1001},  // under sudo
        {0, R"({"account":"a","user":-1})", 400, 0},
        {0, R"({"account":"a","user":4294967296})", 400, 0},
    };
    for (const auto& row : rows) {
        ApiFixture api;
        const auto asked = api.post("/v1/authorizations", row.body, row.peer);
        cr_expect(asked.status() == row.status, "%s: %d", row.body, asked.status());
        cr_expect(api.logins.request.user == row.user, "%s: %u", row.body, api.logins.request.user);
    }
}

Test(api_authorizations, bad_beginnings) {
    for (const char* body :
         {"", "account=smith-law", "[]", "{}", R"({"account":7})", R"({"account":""})", R"({"account":"a","app":null})",
          R"({"account":"a","replace_user":1})", R"({"account":"a","unknown":1})", "{\"account\":\"\xff\"}"}) {
        ApiFixture api;
        const auto asked = api.post("/v1/authorizations", body);
        cr_expect(asked.status() == 400, "%s: %d", body, asked.status());
        cr_expect(!api.logins.login);
    }
}

Test(api_authorizations, errors_of_the_beginning) {
    struct {
        Error::Code code;
        int status;
    } const rows[] = {{kNotFound, 404}, {kConflict, 409}, {kTemporarilyUnavailable, 503}, {kLocked, 423}};
    for (const auto& row : rows) {
        ApiFixture api;
        api.logins.error = Error{.code = row.code, .message = "port 5678 of 127.0.0.1 is taken"};
        const auto asked = api.post("/v1/authorizations", R"({"account":"a"})");
        cr_expect(asked.status() == row.status);
        EXPECT_CONTAINS(asked.body(), "port 5678");
    }
}

Test(api_authorizations, how_it_stands) {
    ApiAuthorizationsFixture api;
    api.open_login();
    for (const char* query : {"", "?wait=0"}) {
        const auto asked = api.get(std::string("/v1/authorizations/login-1") + query);
        cr_expect(asked.status() == 200 && asked.waiting == nullptr);
        EXPECT_TEXT(asked.body(), kPending);
    }
    cr_expect(api.get("/v1/authorizations/login-2").status() == 404);
    cr_expect(api.get("/v1/authorizations/login-2?wait=5").status() == 404);
}

Test(api_authorizations, wait_for_the_end) {
    ApiAuthorizationsFixture api;
    api.open_login();
    auto asked = api.get("/v1/authorizations/login-1?wait=60");
    cr_expect(asked.reply->answers == 0 && api.logins.patience == seconds(60));
    LoginState ended = *api.logins.login;
    ended.status = LoginState::Status::kDone;
    api.logins.waits.answer(ended);
    cr_expect(asked.status() == 200);
    EXPECT_CONTAINS(asked.body(), R"("status":"done"})");
}

Test(api_authorizations, no_wait_for_what_has_ended) {
    ApiAuthorizationsFixture api;
    api.open_login();
    api.logins.login->status = LoginState::Status::kFailed;
    api.logins.login->error = "access_denied";
    api.logins.login->detail = "declined at Clio; log in again";
    const auto asked = api.get("/v1/authorizations/login-1?wait=60");
    cr_expect(asked.status() == 200);
    EXPECT_CONTAINS(asked.body(),
                    R"("status":"failed","error":"access_denied","detail":"declined at Clio; log in again"})");
}

Test(api_authorizations, bad_waits) {
    ApiAuthorizationsFixture api;
    api.open_login();
    for (const char* wait : {"61", "-1", "", "soon", "1.5"}) {
        const auto asked = api.get(std::string("/v1/authorizations/login-1?wait=") + wait);
        cr_expect(asked.status() == 400, "%s: %d", wait, asked.status());
    }
    cr_expect(api.logins.waits.size() == 0);
}

Test(api_authorizations, paste) {
    ApiAuthorizationsFixture api;
    api.open_login();
    const auto asked =
        api.post("/v1/authorizations/login-1", R"({"redirected_url":"http://127.0.0.1:5678/?code=c&state=s"})");
    cr_expect(asked.status() == 202);
    EXPECT_TEXT(asked.body(), kPending);
    EXPECT_TEXT(api.logins.pasted, "http://127.0.0.1:5678/?code=c&state=s");
}

Test(api_authorizations, bad_pastes) {
    for (const char* body : {"", "{}", R"({"redirected_url":""})", R"({"redirected_url":7})",
                             R"({"redirected_url":null})", R"({"redirected_url":"x","y":1})"}) {
        ApiAuthorizationsFixture api;
        api.open_login();
        const auto asked = api.post("/v1/authorizations/login-1", body);
        cr_expect(asked.status() == 400, "%s: %d", body, asked.status());
        cr_expect(api.logins.pasted.empty());
    }
    ApiFixture api;
    cr_expect(api.post("/v1/authorizations/login-1", R"({"redirected_url":"x"})").status() == 404);
}

Test(api_authorizations, longest_paste) {
    ApiAuthorizationsFixture api;
    api.open_login();
    const auto paste = [&](std::size_t size) {
        const std::string url(size, 'u');
        return api.post("/v1/authorizations/login-1", "{\"redirected_url\":\"" + url + "\"}").status();
    };
    cr_expect(paste(8192) == 202);
    cr_expect(paste(8193) == 400);
}

Test(api_authorizations, give_up) {
    ApiAuthorizationsFixture api;
    api.open_login();
    cr_expect(api.ask(ApiMethod::kDelete, "/v1/authorizations/login-1").status() == 204);
    EXPECT_TEXT(api.logins.cancelled, "login-1");
    cr_expect(api.ask(ApiMethod::kDelete, "/v1/authorizations/login-2").status() == 404);
}

Test(api_authorizations, urls_are_for_the_user_whose_login_it_is) {
    struct {
        uid_t user;
        uid_t reader;
        bool shown;
    } const rows[] = {{ApiFixture::kOwnUser, ApiFixture::kOwnUser, true},
                      {ApiFixture::kOwnUser, 0, true},
                      {0, ApiFixture::kOwnUser, false},
                      {1001, ApiFixture::kOwnUser, false},
                      {1001, 0, true}};
    for (const auto& row : rows) {
        ApiAuthorizationsFixture api;
        api.open_login(row.user);
        for (const char* target : {"/v1/authorizations", "/v1/authorizations/login-1"}) {
            const std::string body = api.get(target, row.reader).body();
            EXPECT_CONTAINS(body, R"("redirect_uri":"http://127.0.0.1:5678/callback")");
            cr_expect((body.find("state=s") != std::string::npos) == row.shown, "%s", body.c_str());
            cr_expect((body.find("ticket") != std::string::npos) == row.shown, "%s", body.c_str());
        }
        auto waits = api.ask(ApiMethod::kGet, "/v1/authorizations/login-1?wait=5", "", row.reader);
        api.logins.waits.answer(*api.logins.login);
        cr_expect((waits.body().find("state=s") != std::string::npos) == row.shown);
    }
}

Test(api_authorizations, end_with_their_caller_when_it_asks_for_that) {
    struct {
        const char* body;
        pid_t watched;
    } const rows[] = {{R"({"account":"a"})", 0},
                      {R"({"account":"a","ends_with_caller":false})", 0},
                      {R"({"account":"a","ends_with_caller":true})", 42}};
    for (const auto& row : rows) {
        ApiFixture api;
        cr_expect(api.post("/v1/authorizations", row.body).status() == 201);
        if (api.logins.request.when_caller_ends) cr_expect_null(api.logins.request.when_caller_ends([] {}).get());
        cr_expect(api.watched == row.watched, "%s", row.body);
    }
}

Test(api_authorizations, details_of_those_that_are_open) {
    ApiAuthorizationsFixture api;
    api.open_login();
    api.logins.login->detail = "the browser came back over https";
    EXPECT_CONTAINS(api.get("/v1/authorizations/login-1").body(),
                    R"("status":"pending","detail":"the browser came back over https"})");
}
