// SPDX-License-Identifier: Apache-2.0
// Apps that the server refuses, and what happens to their accounts when they are corrected.
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
    void put(App changed) {
        const Reply& reply =
            waited([&](Reply& to) { return apps->put(std::move(changed), answer_to<agent::Result<void>>(to)); });
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
        EXPECT_TEXT(stage.state(name), "stale#1");
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

Test(book_apps, another_client_id_is_not_held_for_the_old_one) {
    Changeable stage;
    stage.log_in("a");
    stage.run(1min);
    for (const char* name : {"b", "c"}) stage.log_in(name);
    stage.run(47min + CoreStage::kAMoment);
    stage.say_invalid_client();
    stage.run(1min);
    const Reply& caller = stage.refresh("c", 30min);  // longer than the pause
    cr_assert(stage.book->status().queued == 2);

    App corrected = stage.app.clone();
    corrected.client_id = "right-id";
    stage.put(std::move(corrected));
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.sent() == 4, "%zu", stage.http.sent());
    EXPECT_CONTAINS(stage.http.last().form_body.reveal(), "client_id=right-id");
    while (stage.http.open() > 0) stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(caller.text, "ready#2");
}

Test(book_apps, requests_use_the_app_as_it_is_when_they_are_sent) {
    Changeable stage;
    stage.log_in("smith");
    App changed = stage.app.clone();
    changed.client_secret = agent::SecretString("n3w");
    changed.endpoints.api_base = "https://moved.example";
    stage.put(std::move(changed));
    EXPECT_TEXT((*stage.book->token_now("smith", 60s))->api_base, "https://moved.example");
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
