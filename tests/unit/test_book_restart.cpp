// SPDX-License-Identifier: Apache-2.0
// The agent ends at any point, as in a power cut, and starts with what is durable.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Product;
using agent::Rotation;

namespace {

constexpr Rotation kRotations[] = {Rotation::kReusable, Rotation::kSingleUse};

}  // namespace

Test(book_restart, accounts_are_as_they_were) {
    CoreStage stage;
    stage.log_in("smith");
    stage.log_in("jones", 2h, "B1");
    const auto smith = stage.book->facts("smith");
    stage.run(10min);
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.now("jones"), "B1#1");
    const auto again = stage.book->facts("smith");
    cr_expect(again->expires_at == smith->expires_at && again->refresh_at == smith->refresh_at);
    EXPECT_TEXT(again->app, "firm");
    stage.run(38min - 1ms);
    cr_expect(stage.http.sent() == 0, "a restart is no reason to refresh");
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.sent() == 1);
}

Test(book_restart, what_came_due_meanwhile_is_refreshed_at_once) {
    CoreStage stage;
    stage.log_in("smith");
    stage.end();
    stage.clock.advance(24h * 30);
    stage.start();
    EXPECT_TEXT(stage.now("smith"), "wait");
    const Reply& reply = stage.ask("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(reply.text, "A2#2");
}

Test(book_restart, before_the_intent_was_durable_nothing_has_happened) {
    for (const Rotation rotation : kRotations) {
        CoreStage stage(rotation);
        stage.log_in("smith");
        stage.store.hold();
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        stage.restart();
        stage.store.release();
        EXPECT_TEXT(stage.state("smith"), "ready#1");
        cr_expect(stage.http.sent() == 0);
    }
}

Test(book_restart, with_an_open_intent_the_outcome_is_unknown_and_asked_for_at_once) {
    for (const Rotation rotation : kRotations) {
        for (const bool answered : {false, true}) {
            CoreStage stage(rotation);
            stage.log_in("smith");
            stage.refresh("smith");
            stage.run(CoreStage::kAMoment);
            stage.store.hold();
            if (answered) stage.give_tokens("A2", "R2");  // received, not durable
            stage.restart();
            stage.store.release();
            EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
            EXPECT_TEXT(stage.reason("smith"), "the agent ended while a refresh was under way");
            EXPECT_TEXT(stage.now("smith"), "A1#1");

            stage.run(CoreStage::kAMoment);
            cr_assert(stage.http.open() == 1);
            EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
            cr_expect(stage.store.log().size() == 2, "the intent is durable already");
            stage.give_tokens("A3", "R3");
            stage.timers.turn();
            EXPECT_TEXT(stage.now("smith"), "A3#2");
            stage.restart();
            EXPECT_TEXT(stage.state("smith"), "ready#2");
        }
    }
}

Test(book_restart, a_single_use_token_that_was_spent_meanwhile) {
    CoreStage stage(Rotation::kSingleUse, Product::kPlatform);
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.restart();
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_CONTAINS(stage.reason("smith"), "the answer to a refresh was lost, and the new refresh token with it");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(book_restart, an_outage_after_it_backs_off_as_always) {
    for (const Rotation rotation : kRotations) {
        CoreStage stage(rotation);
        stage.log_in("smith");
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        stage.restart();
        stage.run(CoreStage::kAMoment);
        stage.http.lose_answer();
        EXPECT_TEXT(stage.state("smith"), rotation == Rotation::kSingleUse ? "unknown_outcome#1" : "stale#1");
        stage.run(400ms);
        cr_expect(stage.http.open() == 0);
        stage.run(200ms);
        cr_expect(stage.http.open() == 1);
    }
}

Test(book_restart, the_generation_never_goes_back) {
    CoreStage stage(Rotation::kSingleUse, Product::kPlatform);
    stage.log_in("smith");
    std::uint64_t highest = 1;
    for (int i = 0; i < 50; ++i) {
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        if (i % 5 == 1) stage.restart();
        if (stage.http.open() > 0) stage.give_tokens("A", "R" + std::to_string(i));
        if (i % 5 != 2) stage.timers.turn();
        if (i % 5 >= 2) stage.restart();
        const auto generation = stage.book->facts("smith")->generation;
        cr_expect(generation >= highest);
        highest = generation;
    }
    cr_expect(highest > 30);
}

Test(book_restart, a_damaged_record_is_kept_and_named) {
    CoreStage stage;
    stage.log_in("smith");
    stage.log_in("jones", 1h, "B1");
    auto& row = *stage.store.find_account("smith");
    row.sealed[row.sealed.size() / 2] ^= std::byte{1};
    const auto damaged = row.sealed;
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_CONTAINS(stage.reason("smith"), "its stored record is damaged");
    EXPECT_TEXT(stage.now("smith"), "login_required");
    EXPECT_TEXT(stage.now("jones"), "B1#1");
    EXPECT_TEXT(stage.report("smith", 1), "ignored");
    const Reply& token = stage.ask("smith");
    const Reply& refresh = stage.refresh("smith");
    stage.run(24h);
    EXPECT_TEXT(token.text, "login_required");
    EXPECT_TEXT(refresh.text, "login_required");
    cr_expect(stage.store.find_account("smith")->sealed == damaged);
    cr_expect(stage.book->list().size() == 2);
}

Test(book_restart, records_of_two_accounts_cannot_be_exchanged) {
    CoreStage stage;
    stage.log_in("smith");
    stage.log_in("jones", 1h, "B1");
    std::swap(stage.store.find_account("smith")->sealed, stage.store.find_account("jones")->sealed);
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "login_required");
    EXPECT_TEXT(stage.now("jones"), "login_required");
}

Test(book_restart, an_older_record_cannot_be_passed_off_as_the_present_one) {
    CoreStage stage;
    stage.log_in("smith");
    const auto old = stage.store.find_account("smith")->sealed;
    stage.refresh("smith");
    stage.let_refresh("A2");
    stage.store.find_account("smith")->sealed = old;
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "login_required");
}

Test(book_restart, many_expired_accounts_are_refreshed_at_the_pace_of_the_server) {
    CoreStage stage;
    constexpr int kMany = 500;
    for (int i = 0; i < kMany; ++i) stage.log_in("a" + std::to_string(i), 1h, "A1", "of" + std::to_string(i));
    stage.end();
    stage.clock.advance(24h);
    stage.options.pace = {.per_second = 2.0, .max_parallel = 8};
    stage.start();
    stage.run(250ms);
    std::size_t sent = stage.http.sent();
    cr_expect(sent == 1);
    const Reply* asked = nullptr;
    for (int second = 0; second < kMany / 2; ++second) {
        if (second == 3) asked = &stage.ask("a499");
        stage.run(1s);
        cr_expect(stage.http.sent() <= sent + 2, "%zu in a second", stage.http.sent() - sent);
        sent = stage.http.sent();
        while (stage.http.open() > 0) stage.give_tokens("A2");
        if (second == 4) EXPECT_TEXT(asked->text, "A2#2");
    }
    stage.run(1s);
    cr_expect(stage.http.sent() == kMany);
    for (const auto& facts : stage.book->list()) cr_expect(facts.state == agent::AccountState::kReady);
}
