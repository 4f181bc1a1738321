// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "expect.h"
#include "fakes/api_fixture.h"

using agent::ApiMethod;
using fakes::ApiFixture;
using namespace std::chrono_literals;

// Attempts are counted per local user, so that one who guesses delays nobody else.
Test(api_keys, an_attempt_is_of_the_user_who_made_it) {
    ApiFixture api;
    const auto root = api.ask(ApiMethod::kPost, "/v1/unlock", R"({"passphrase":"a"})", /*user=*/0);
    EXPECT_TEXT(api.keyring.asked.back(), "unlock 0 passphrase=a");
    const auto own = api.ask(ApiMethod::kPost, "/v1/unlock", R"({"passphrase":"b"})", ApiFixture::kOwnUser);
    EXPECT_TEXT(api.keyring.asked.back(), "unlock 1000 passphrase=b");
    const auto tested = api.ask(ApiMethod::kPost, "/v1/keys/test", R"({"passphrase":"c"})", ApiFixture::kOwnUser);
    EXPECT_TEXT(api.keyring.asked.back(), "test 1000 passphrase=c");
}

Test(api_keys, a_stranger_may_not_even_try) {
    ApiFixture api;
    const auto asked = api.ask(ApiMethod::kPost, "/v1/unlock", R"({"passphrase":"a"})", ApiFixture::kStranger);
    cr_expect(asked.status() == 403);
    cr_expect(api.keyring.asked.empty());
}

Test(api_keys, what_needs_the_store_is_a_use_of_the_agent) {
    ApiFixture api;
    api.clock.advance(90s);
    static_cast<void>(api.get("/v1/status"));
    static_cast<void>(api.get("/v1/keys"));
    cr_expect(api.api.last_used() == agent::BootTime(), "looking at the agent does not use it");
    static_cast<void>(api.get("/v1/accounts"));
    cr_expect(api.api.last_used() == api.clock.boot_now());
}

Test(api_keys, how_far_a_rotation_is) {
    ApiFixture api;
    const auto asked = api.get("/v1/keys");
    api.keyring.list_done(agent::KeyringFacts{.slots = {}, .rotating = true, .progress = {{.records = 7, .left = 3}}});
    EXPECT_TEXT(asked.body(), R"({"slots":[],"rotating":true,"records":7,"records_left":3})");
    const auto after = api.get("/v1/keys");
    api.keyring.list_done(agent::KeyringFacts{});
    EXPECT_TEXT(after.body(), R"({"slots":[],"rotating":false})");
}
