// SPDX-License-Identifier: Apache-2.0
#include "expect.h"
#include "fakes/api_fixture.h"

using agent::ApiMethod;
using agent::fail;
using fakes::ApiFixture;
using enum agent::Error::Code;

namespace {

constexpr const char* kFirm = R"({"product":"manage","region":"us","client_id":"id","client_secret":"hush",)"
                              R"("redirect_uri":"http://127.0.0.1:5678/callback"})";

}  // namespace

Test(api_apps, put) {
    ApiFixture api;
    auto asked = api.ask(ApiMethod::kPut, "/v1/apps/firm", kFirm);
    cr_expect(asked.reply->answers == 0);
    EXPECT_TEXT(api.apps.put_last.name, "firm");
    EXPECT_TEXT(api.apps.put_last.client_secret.reveal(), "hush");
    api.apps.changes.answer({});
    cr_expect(asked.status() == 204);

    asked = api.ask(ApiMethod::kPut, "/v1/apps/firm", kFirm);
    api.apps.changes.answer(fail(kConflict, "app: firm: stands in the configuration"));
    cr_expect(asked.status() == 409);
}

Test(api_apps, bad_descriptions) {
    for (const char* body :
         {"", "{}", "[]", R"({"product":"manage"})",
          // A secret by reference would let a peer have the daemon read any file.
          R"({"product":"manage","region":"us","client_id":"id","client_secret":{"file":"/etc/shadow"},)"
          R"("redirect_uri":"http://127.0.0.1:5678/callback"})",
          R"({"product":"manage","region":"us","client_id":"id","client_secret":"",)"
          R"("redirect_uri":"http://127.0.0.1:5678/callback"})"}) {
        ApiFixture api;
        const auto asked = api.ask(ApiMethod::kPut, "/v1/apps/firm", body);
        cr_expect(asked.status() == 400, "%s: %d", body, asked.status());
        EXPECT_CONTAINS(asked.body(), "line 1, column ");
        cr_expect(api.apps.changes.size() == 0);
    }
}

Test(api_apps, remove) {
    ApiFixture api;
    auto asked = api.ask(ApiMethod::kDelete, "/v1/apps/firm");
    EXPECT_TEXT(api.apps.removed_last, "firm");
    api.apps.changes.answer({});
    cr_expect(asked.status() == 204);

    asked = api.ask(ApiMethod::kDelete, "/v1/apps/firm");
    api.apps.changes.answer(fail(kNotFound, "app: firm: not known"));
    cr_expect(asked.status() == 404);
}

Test(api_apps, list_without_their_secrets) {
    ApiFixture api;
    EXPECT_TEXT(api.get("/v1/apps").body(), R"({"apps":[],"unreadable":[]})");
    const auto put = api.ask(ApiMethod::kPut, "/v1/apps/firm", kFirm);
    api.apps.held.emplace("firm", api.apps.put_last.clone());

    const auto asked = api.get("/v1/apps", ApiFixture::kStranger);
    cr_expect(asked.status() == 200);
    EXPECT_CONTAINS(asked.body(), R"({"apps":[{"name":"firm","product":"manage","region":"us","client_id":"id",)"
                                  R"("redirect_uri":"http://127.0.0.1:5678/callback",)"
                                  R"("redirect_uris":["http://127.0.0.1:5678/callback"],"scope":"",)"
                                  R"("rotation":"reusable","pkce":false,"client_auth":"body","endpoints":{)"
                                  R"("authorization":"https://app.clio.com/oauth/authorize",)");
    EXPECT_CONTAINS(asked.body(), R"("source":"configuration","accounts":2}],"unreadable":[]})");
    cr_expect(asked.body().find("hush") == std::string::npos && asked.body().find("secret") == std::string::npos);
}

Test(api_apps, list_those_that_do_not_open) {
    ApiFixture api;
    api.apps.damaged.push_back({.name = "firm", .reason = "cannot be opened"});
    EXPECT_TEXT(api.get("/v1/apps").body(),
                R"({"apps":[],"unreadable":[{"name":"firm","reason":"cannot be opened"}]})");
}
