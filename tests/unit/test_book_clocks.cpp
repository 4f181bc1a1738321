// SPDX-License-Identifier: Apache-2.0
// Machines that sleep, and wall clocks that are set.
#include "core/refresh/refresh_timing.h"
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Duration;
using agent::WallTime;

namespace {

constexpr Duration kBookClocksYear = 24h * 365;

}  // namespace

Test(book_clocks, asleep_for_two_days) {
    CoreStage stage;
    stage.log_in("smith");
    stage.timers.sleep(48h);
    EXPECT_TEXT(stage.now("smith"), "wait");
    const Reply& reply = stage.ask("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(reply.text, "A2#2");
    cr_expect(stage.http.sent() == 1);
}

Test(book_clocks, expiry_is_seen_at_each_request_timer_or_not) {
    CoreStage stage;
    stage.log_in("smith");
    stage.clock.advance(2h);  // no timer has fired yet
    EXPECT_TEXT(stage.now("smith", 0s), "wait");
}

Test(book_clocks, set_forward_a_year_and_back) {
    CoreStage stage;
    stage.log_in("smith");
    stage.timers.set_wall(stage.clock.now() + kBookClocksYear);
    EXPECT_TEXT(stage.now("smith", 0s), "wait");
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.now("smith", 59min), "A2#2");

    // Corrected: the age of the token is not known any more, so that a new one is asked for at once.
    stage.timers.set_wall(stage.clock.now() - kBookClocksYear);
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    stage.let_refresh("A3");
    EXPECT_TEXT(stage.now("smith"), "A3#3");
    const auto facts = stage.book->facts("smith");
    cr_expect(facts->expires_at < stage.clock.now() + 1h + 1s);
    stage.run(40min);
    cr_expect(stage.http.sent() == 2);
}

Test(book_clocks, set_back_a_year) {
    CoreStage stage;
    stage.log_in("smith");
    stage.timers.set_wall(stage.clock.now() - kBookClocksYear);
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    stage.be_down();
    // No token seems to live longer than it ever could, and the next attempt does not wait for a year.
    EXPECT_TEXT(stage.now("smith", 2h), "A1#1 short");
    stage.run(1s);
    cr_assert(stage.http.open() == 1);
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_clocks, set_back_while_backing_off) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.http.answer(503, "", "text/plain", 1min);
    stage.timers.set_wall(stage.clock.now() - kBookClocksYear);
    stage.run(2min);
    cr_expect(stage.http.sent() == 2, "the server's wish is kept by the clock that nobody sets");
}

Test(book_clocks, a_retry_that_is_due_since_the_clock_was_set_back_stays_due) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.http.answer(503, "", "text/plain", 30min);
    constexpr Duration kLongest = agent::kRefusedPause + agent::kLongestBackoff + agent::kLongestRetryAfter;
    stage.timers.set_wall(stage.clock.now() - kLongest +
                          29min);  // the retry is now a minute farther off than any can be
    stage.run(5min);
    cr_assert(stage.http.sent() == 1, "the server's wish is kept by the clock that nobody sets");
    cr_expect(stage.book->facts("smith")->refresh_at <= stage.clock.now());
}

Test(book_clocks, set_forward_while_backing_off) {
    CoreStage stage;
    stage.log_in("smith", 24h * 3650);
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.http.answer(503, "", "text/plain", 30min);
    stage.timers.set_wall(stage.clock.now() + 24h);
    stage.run(29min);
    cr_expect(stage.http.sent() == 1, "the server's wish is kept by the clock that nobody sets");
    stage.run(2min);
    cr_expect(stage.http.sent() == 2);
}

Test(book_clocks, a_correction_by_a_time_server_changes_nothing) {
    CoreStage stage;
    stage.log_in("smith");
    for (const Duration step : {Duration(-2min), Duration(2min), Duration(-200ms), Duration(4min)}) {
        stage.timers.set_wall(stage.clock.now() + step);
        stage.run(1s);
        EXPECT_TEXT(stage.now("smith"), "A1#1");
    }
    cr_expect(stage.http.sent() == 0);
}

Test(book_clocks, patience_goes_by_the_clock_that_nobody_sets) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(1h + 1s);
    const Reply& reply = stage.ask("smith", 60s, 30s);
    stage.timers.set_wall(stage.clock.now() + 1h);
    cr_expect(reply.answers == 0);
    stage.timers.set_wall(stage.clock.now() - 2h);
    stage.run(29s);
    cr_expect(reply.answers == 0);
    stage.run(1s);
    cr_expect(reply.answers == 1);
}

Test(book_clocks, a_lifetime_counts_from_when_it_was_asked_for) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    const WallTime sent = stage.clock.now();
    stage.run(25s);
    stage.give_tokens("A2");
    stage.timers.turn();
    cr_expect(stage.book->facts("smith")->expires_at >= sent + 1h - 1s - CoreStage::kAMoment);
    cr_expect(stage.book->facts("smith")->expires_at <= sent + 1h - 1s);
}

Test(book_clocks, a_machine_that_slept_before_the_answer_does_not_take_the_token_for_fresh) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.clock.sleep(2h);
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(stage.now("smith"), "wait");
    stage.let_refresh("A3");
    EXPECT_TEXT(stage.now("smith"), "A3#3");
}

Test(book_clocks, a_clock_that_is_set_before_the_answer_changes_no_lifetime) {
    for (const Duration step : {Duration(24h), Duration(-24h)}) {
        CoreStage stage;
        stage.log_in("smith");
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        stage.clock.set_wall(stage.clock.now() + step);
        stage.give_tokens("A2");
        stage.timers.turn();
        const Duration left = stage.book->facts("smith")->expires_at - stage.clock.now();
        cr_expect(left > 1h - 2s && left <= 1h);
    }
}
