// SPDX-License-Identifier: Apache-2.0
// Waiting callers: they may give up, destroy one another, and wait again, at any time.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::IssuedToken;
using agent::Result;
using agent::Waiting;

namespace {

/// An account whose token has expired while its refresh is under way.
struct Expired : CoreStage {
    Expired() {
        log_in("smith");
        run(1h + 1s);
        cr_assert(http.open() == 1);
    }
    std::unique_ptr<Waiting> await(agent::Accounts::TokenDone done) {
        return book->await_token("smith", 60s, 30s, std::move(done));
    }
};

}  // namespace

Test(book_waits, giving_up_is_silent) {
    Expired stage;
    Reply& first = stage.ask("smith");
    Reply& second = stage.ask("smith");
    Reply& refresh = stage.refresh("smith");
    first.waiting.reset();
    refresh.waiting.reset();
    stage.give_tokens("A2");
    stage.timers.turn();
    cr_expect(first.answers == 0 && refresh.answers == 0);
    EXPECT_TEXT(second.text, "A2#2");
}

Test(book_waits, everybody_is_answered_once) {
    Expired stage;
    const Reply& reply = stage.ask("smith");
    stage.give_tokens("A2");
    stage.run(10min);
    cr_expect(reply.answers == 1);
}

Test(book_waits, one_may_destroy_another_in_its_callback) {
    Expired stage;
    std::unique_ptr<Waiting> earlier;
    std::unique_ptr<Waiting> later;
    int answers = 0;
    earlier = stage.await([&](const Result<IssuedToken>&) { ++answers; });
    const auto destroyer = stage.await([&](const Result<IssuedToken>&) {
        ++answers;
        earlier.reset();
        later.reset();
    });
    later = stage.await([&](const Result<IssuedToken>&) { answers += 100; });
    stage.give_tokens("A2");
    stage.timers.turn();
    cr_expect(answers == 2);
}

Test(book_waits, one_may_destroy_itself_in_its_callback) {
    Expired stage;
    std::unique_ptr<Waiting> self;
    const std::string on_the_heap(100, 'x');
    std::string seen;
    self = stage.await([&, on_the_heap](const Result<IssuedToken>& token) {
        self.reset();
        seen = std::string(token->access_token.reveal()) + on_the_heap.substr(0, 1);
    });
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(seen, "A2x");
}

Test(book_waits, one_may_destroy_itself_when_patience_runs_out) {
    Expired stage;
    std::unique_ptr<Waiting> self;
    const std::string on_the_heap(100, 'x');
    int answers = 0;
    self = stage.await([&, on_the_heap](const Result<IssuedToken>& token) {
        self.reset();
        answers += on_the_heap.size() == 100 && !token ? 1 : 0;
    });
    stage.run(1min);
    cr_expect(answers == 1);
}

Test(book_waits, one_may_wait_anew_in_its_callback) {
    Expired stage;
    std::unique_ptr<Waiting> again;
    std::string seen;
    const auto first = stage.await([&](const Result<IssuedToken>&) {
        again = stage.await([&](const Result<IssuedToken>& token) { seen = token->access_token.reveal(); });
        EXPECT_TEXT(seen, "");
    });
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(seen, "A2");
}

Test(book_waits, a_refresh_begun_in_a_callback_waits_for_its_own_end) {
    Expired stage;
    std::unique_ptr<Waiting> again;
    std::string seen;
    const auto done = [&](const Result<agent::AccountFacts>& facts) {
        seen = facts ? "generation " + std::to_string(facts->generation) : facts.error().message;
    };
    const auto first = stage.book->refresh(
        "smith", 30s, [&](const Result<agent::AccountFacts>&) { again = stage.book->refresh("smith", 30s, done); });
    stage.be_down();
    EXPECT_TEXT(seen, "");
    stage.let_refresh("A2");
    EXPECT_TEXT(seen, "generation 2");
}

Test(book_waits, of_one_account_say_nothing_of_another) {
    Expired stage;
    stage.log_in("jones", 1h, "B1");
    const Reply& smith = stage.ask("smith");
    EXPECT_TEXT(stage.now("jones"), "B1#1");
    const Reply& jones = stage.refresh("jones");
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(smith.text, "A2#2");
    cr_expect(jones.answers == 0);
    stage.let_refresh("B2");
    EXPECT_TEXT(jones.text, "ready#2");
    EXPECT_TEXT(stage.now("jones"), "B2#2");
}

Test(book_waits, nobody_is_answered_after_the_end) {
    Expired stage;
    const Reply& token = stage.ask("smith");
    const Reply& refresh = stage.refresh("smith");
    const Reply& unknown = stage.ask("jones");
    stage.end();
    stage.run(1h);
    cr_expect(token.answers == 0 && refresh.answers == 0 && unknown.answers == 0);
    cr_expect(stage.http.cancelled() == 1 && stage.timers.waiting() == 0);
}

Test(book_waits, in_vain_are_answered_at_once) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(1h);
    while (stage.book->facts("smith")->refresh_at < stage.clock.now() + 1min) {
        stage.run(10s);
        if (stage.http.open() > 0) stage.be_down();
    }
    const std::size_t sent = stage.http.sent();
    const Reply& reply = stage.ask("smith", 60s, 30s);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    cr_expect(reply.error.retry_after > 30s, "%lld", static_cast<long long>(reply.error.retry_after.count()));
    cr_expect(stage.http.sent() == sent);
}

// A change that comes between puts a refresh off and lets nobody down.
Test(book_waits, for_a_refresh_that_a_change_has_put_off) {
    for (const char* before : {"ready", "stale", "login_required"}) {
        CoreStage stage;
        stage.log_in("smith");
        if (std::string_view(before) != "ready") {
            stage.refresh("smith");
            stage.run(CoreStage::kAMoment);
            std::string_view(before) == "stale" ? stage.be_down() : stage.say_invalid_grant();
            stage.timers.turn();
        }
        EXPECT_TEXT(stage.state("smith"), std::string(before) + "#1");
        const Reply& revived = stage.revive("smith");
        const Reply& change = stage.waited(
            [&](Reply& to) { return stage.book->reseal("smith", CoreStage::answer_to<agent::Result<void>>(to)); });
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(change.text, "done");
        EXPECT_TEXT(revived.text, "");
        cr_assert(stage.http.open() == 1, "%s", before);
        stage.give_tokens("A2");
        stage.timers.turn();
        EXPECT_TEXT(revived.text, "ready#2");
    }
}

Test(book_waits, but_not_for_one_whose_account_was_set_aside_meanwhile) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& refreshed = stage.refresh("smith");
    stage.waited([&](Reply& to) {
        return stage.book->set_aside("smith", "moved away", "backup", CoreStage::answer_to<agent::Result<void>>(to));
    });
    stage.run(1min);
    EXPECT_TEXT(refreshed.text, "login_required");
    cr_expect(stage.http.sent() == 0);
}
