// SPDX-License-Identifier: Apache-2.0
// Apps that the server refuses, and what happens to their accounts when they are corrected.
#include <array>

#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::App;
using agent::Rotation;

namespace {

/// The app is one that was added at run time, so that it can be changed.
struct Changeable : CoreStage {
    explicit Changeable(Rotation rotation = Rotation::kReusable) : CoreStage(rotation) {
        has_app = false;
        restart();
        put(app.clone());
    }
    void put(App changed, bool replace_grants = false) {
        const Reply& reply = waited([&](Reply& to) {
            return apps->put(std::move(changed), replace_grants, answer_to<agent::Result<void>>(to));
        });
        timers.turn();
        EXPECT_TEXT(reply.text, "done");
    }
    void take_app_away() {
        end();
        const auto app_row = store.rows().extract({agent::StoredRow::Kind::kApp, "firm"});
        start();
    }
};

}  // namespace

Test(book_apps, a_refused_client_condemns_no_account) {
    Changeable stage;
    for (const char* name : {"a", "b", "c"}) stage.log_in(name);
    stage.run(48min + CoreStage::kAMoment);
    while (stage.http.open() > 0) stage.say_invalid_client();
    const auto before = stage.http.sent();
    stage.run(10min);
    cr_expect(stage.http.sent() == before, "nothing is to be gained by asking soon");
    for (const char* name : {"a", "b", "c"}) {
        EXPECT_TEXT(stage.state(name), "needs_attention#1");
        EXPECT_TEXT(stage.now(name, 0s), "A1#1");
        EXPECT_TEXT(stage.reason(name), "token request: HTTP 401 invalid_client");
    }

    stage.put(stage.app.clone());  // corrected: asked at once
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.sent() == before + 3);
}

Test(book_apps, one_account_asks_for_all_of_a_refused_client) {
    Changeable stage;
    stage.log_in("a");
    stage.run(1min);
    for (const char* name : {"b", "c"}) stage.log_in(name);
    stage.run(47min + CoreStage::kAMoment);
    stage.say_invalid_client();
    stage.run(1min);  // b and c came due
    cr_expect(stage.http.sent() == 1 && stage.book->status().queued == 2);
    EXPECT_TEXT(stage.state("b"), "ready#1");

    // Callers that need one of them learn at once what is wrong.
    stage.clock.set_wall(fakes::FakeClock::kStart + 61min + 1s);
    const Reply& reply = stage.ask("b");
    const Reply& operators = stage.refresh("c");
    stage.run(CoreStage::kAMoment);
    for (const Reply* told : {&reply, &operators}) {
        EXPECT_TEXT(told->text, "temporarily_unavailable");
        EXPECT_CONTAINS(told->error.message, "app firm: HTTP 401 invalid_client");
        cr_expect(told->error.retry_after > 1min);
    }

    stage.put(stage.app.clone());
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.sent() == 4);
}

Test(book_apps, whatever_else_is_unknown_is_asked_again_when_the_app_was_corrected) {
    Changeable stage(Rotation::kSingleUse);
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.http.lose_answer();
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_client();
    EXPECT_TEXT(stage.state("smith"), "needs_attention#1");
    stage.put(stage.app.clone());
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.open() == 1);
}

Test(book_apps, a_refresh_that_waits_for_its_turn_ends_with_its_app) {
    Changeable stage;
    stage.log_in("a");
    stage.run(1min);
    for (const char* name : {"b", "c"}) stage.log_in(name);
    stage.run(47min + CoreStage::kAMoment);
    stage.say_invalid_client();
    stage.run(1min);
    const Reply& caller = stage.refresh("c", 30min);  // longer than the pause
    cr_assert(stage.book->status().queued == 2);

    App other = stage.app.clone();
    other.client_id = "other-id";
    stage.put(std::move(other), /*replace_grants=*/true);
    stage.run(30min);
    cr_expect(stage.http.sent() == 1 && stage.book->status().queued == 0, "%zu", stage.http.sent());
    EXPECT_TEXT(caller.text, "login_required");
    stage.put(stage.app.clone());
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.sent() == 4);
}

Test(book_apps, requests_use_the_app_as_it_is_when_they_are_sent) {
    Changeable stage;
    stage.log_in("smith");
    App changed = stage.app.clone();
    changed.client_secret = agent::SecretString("n3w");
    stage.put(std::move(changed));
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_CONTAINS(stage.http.last().form_body.reveal(), "client_secret=n3w");
}

Test(book_apps, an_app_that_comes_back_wakes_its_accounts) {
    Changeable stage;
    stage.log_in("smith");
    stage.take_app_away();
    stage.run(24h);
    EXPECT_TEXT(stage.now("smith"), "not_found");
    cr_expect(stage.http.sent() == 0);
    stage.put(stage.app.clone());
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_apps, an_app_in_use_cannot_be_removed) {
    Changeable stage;
    stage.log_in("smith");
    cr_expect(stage.apps->facts("firm")->accounts == 1);
    const Reply& reply = stage.waited(
        [&](Reply& to) { return stage.apps->remove("firm", CoreStage::answer_to<agent::Result<void>>(to)); });
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "conflict");
}

namespace {

using Change = void (*)(App&);
constexpr std::array<Change, 6> kOtherOrigins{
    [](App& app) { app.client_id = "other"; },
    [](App& app) { app.region = agent::Region::kEu; },
    [](App& app) { app.product = agent::Product::kPlatform; },
    [](App& app) { app.endpoints.token = "https://evil.example/token"; },
    [](App& app) { app.endpoints.deauthorize = "https://evil.example/end"; },
    [](App& app) { app.endpoints.api_base = "https://evil.example/api"; },
};

}  // namespace

Test(book_apps, a_grant_is_used_with_no_other_app_than_its_own) {
    for (const Change change : kOtherOrigins) {
        CoreStage stage;
        stage.log_in("smith");
        const App own = stage.app.clone();
        change(stage.app);
        stage.restart();
        EXPECT_TEXT(stage.state("smith"), "login_required#1");
        EXPECT_CONTAINS(stage.reason("smith"), "clioctl login smith");
        EXPECT_TEXT(stage.now("smith"), "login_required");
        cr_expect(stage.book->status().login_required == 1);
        const Reply& refresh = stage.refresh("smith");
        const Reply& revive = stage.revive("smith");
        const Reply& logout = stage.remove("smith", /*revoke=*/true);
        stage.run(24h);
        EXPECT_TEXT(refresh.text, "login_required");
        EXPECT_TEXT(revive.text, "login_required");
        EXPECT_TEXT(logout.text, "temporarily_unavailable");
        cr_expect(stage.http.sent() == 0, "its tokens were sent elsewhere");

        stage.app = own.clone();
        stage.restart();
        stage.let_refresh("A2");
        EXPECT_TEXT(stage.now("smith"), "A2#2");
    }
}

Test(book_apps, an_app_does_not_change_under_living_grants) {
    for (const Change change : kOtherOrigins) {
        Changeable stage;
        stage.log_in("smith");
        stage.log_in("jones");
        App changed = stage.app.clone();
        change(changed);
        const Reply& reply = stage.waited([&](Reply& to) {
            return stage.apps->put(changed.clone(), false, CoreStage::answer_to<agent::Result<void>>(to));
        });
        stage.timers.turn();
        EXPECT_TEXT(reply.text, "conflict");
        EXPECT_CONTAINS(reply.error.message, "jones, smith");
        EXPECT_TEXT(stage.now("smith"), "A1#1");

        stage.put(changed.clone(), /*replace_grants=*/true);
        EXPECT_TEXT(stage.state("smith"), "login_required#1");
        stage.put(stage.app.clone());  // back to what both came from
        EXPECT_TEXT(stage.state("smith"), "ready#1");
    }
}

Test(book_apps, a_dead_grant_holds_no_app) {
    Changeable stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    App moved = stage.app.clone();
    moved.region = agent::Region::kEu;
    stage.put(moved.clone());
    stage.app = std::move(moved);
    stage.log_in("smith");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_apps, a_record_of_an_older_version_is_bound_to_the_app_it_has) {
    Changeable stage;
    stage.waited([&](Reply& to) {
        return stage.book->adopt({.account = "old",
                                  .app = "firm",
                                  .origin = {},
                                  .tokens = {.access_token = agent::SecretString("A1"),
                                             .refresh_token = agent::SecretString("R1"),
                                             .expires_in = 1h},
                                  .user = {}},
                                 CoreStage::answer_to<agent::Result<void>>(to));
    });
    stage.timers.turn();
    stage.take_app_away();
    stage.put(stage.app.clone());
    App changed = stage.app.clone();
    changed.endpoints.token = "https://evil.example/token";
    const Reply& reply = stage.waited([&](Reply& to) {
        return stage.apps->put(std::move(changed), false, CoreStage::answer_to<agent::Result<void>>(to));
    });
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "conflict");
}

Test(book_apps, a_login_that_waited_while_its_app_was_changed_is_not_kept) {
    Changeable stage;
    stage.log_in("smith");
    const Reply& refresh = stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    const Reply& login = stage.adopt("smith", 1h, "N1", "NR1");
    App moved = stage.app.clone();
    moved.region = agent::Region::kEu;
    stage.put(std::move(moved), /*replace_grants=*/true);
    stage.let_refresh("B1");
    EXPECT_TEXT(refresh.text, "login_required#2");
    EXPECT_TEXT(login.text, "conflict");
}
