// SPDX-License-Identifier: Apache-2.0
// Disks that are full, slow or lost: refreshing pauses and heals, tokens are kept.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Product;
using agent::Rotation;

namespace {

struct BookStorePlatform : CoreStage {
    BookStorePlatform() : CoreStage(Rotation::kSingleUse, Product::kPlatform) { log_in("smith"); }

    /// The server has answered a refresh with A2 and R2, and the disk refuses them.
    void fail_to_save_tokens() {
        refresh("smith");
        run(kAMoment);
        store.disk_is_full();
        give_tokens("A2", "R2");
        timers.turn();
    }
    void heal() { store.refuse(std::nullopt); }
};

}  // namespace

Test(book_store, without_a_durable_intent_nothing_is_asked) {
    BookStorePlatform stage;
    stage.store.disk_is_full();
    const Reply& reply = stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "fake store: disk full");
    EXPECT_TEXT(stage.state("smith"), "stale#1");
    EXPECT_TEXT(stage.book->status().store_error, "fake store: disk full");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.run(10min);
    cr_expect(stage.http.sent() == 0);

    stage.heal();
    stage.run(10min);
    cr_assert(stage.http.open() == 1, "it heals by itself");
    EXPECT_TEXT(stage.book->status().store_error, "");
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_store, tokens_that_cannot_be_saved_are_kept_and_saved_later) {
    BookStorePlatform stage;
    const Reply& reply = stage.ask("smith", 59min);
    stage.fail_to_save_tokens();
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");
    EXPECT_TEXT(stage.book->status().store_error, "fake store: disk full");
    // Not durable: not given out.
    EXPECT_TEXT(reply.text, "A1#1");
    EXPECT_TEXT(stage.now("smith"), "A1#1");

    stage.run(20min);
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");
    stage.heal();
    stage.run(10min);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    cr_expect(stage.http.sent() == 1, "nothing more was asked of the server");
    stage.refresh("smith");
    stage.let_refresh("A3", "R3");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R2");
    EXPECT_TEXT(stage.state("smith"), "ready#3");
}

Test(book_store, whoever_needs_them_is_told_why_not) {
    BookStorePlatform stage;
    stage.fail_to_save_tokens();
    stage.run(1h);
    EXPECT_TEXT(stage.now("smith", 0s), "wait");
    const Reply& reply = stage.ask("smith");
    stage.run(30s);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "disk full");
}

Test(book_store, refresh_saves_them_at_once) {
    BookStorePlatform stage;
    stage.fail_to_save_tokens();
    stage.run(30min);
    stage.heal();
    const Reply& reply = stage.refresh("smith");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "ready#2");
    cr_expect(stage.http.sent() == 1);
}

Test(book_store, saving_is_tried_every_few_seconds_and_told_once) {
    BookStorePlatform stage;
    stage.fail_to_save_tokens();
    const auto before = stage.store.log().size();
    stage.heard.clear();
    stage.run(30min);
    const auto tries = stage.store.log().size() - before;
    cr_expect(tries >= 180 && tries <= 184, "%zu", tries);
    EXPECT_TEXT(stage.heard, "");
    stage.heal();
    stage.run(10s);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_store, a_disk_that_takes_one_change_is_given_all_tokens_that_wait) {
    BookStorePlatform stage;
    stage.log_in("jones", 1h, "B1", "S1");
    stage.fail_to_save_tokens();
    stage.run(1min);
    stage.heal();
    stage.refresh("jones");
    stage.run(5ms);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_store, every_change_tells_how_the_disk_is) {
    BookStorePlatform stage;
    stage.store.disk_is_full();
    stage.adopt("jones", 1h, "B1", "S1");
    stage.timers.turn();
    EXPECT_TEXT(stage.book->status().store_error, "fake store: disk full");
    stage.heal();
    stage.fail_to_save_tokens();
    stage.run(1min);
    stage.heal();
    stage.log_in("jones", 1h, "B1", "S1");
    stage.run(5ms);
    EXPECT_TEXT(stage.book->status().store_error, "");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_store, what_waits_to_be_saved_takes_nobody_s_turn) {
    BookStorePlatform stage;
    stage.options.pace = {.per_second = 1000.0, .max_parallel = 1};
    stage.restart();
    stage.log_in("jones", 1h, "B1", "S1");
    stage.fail_to_save_tokens();
    stage.heal();
    const Reply& jones = stage.refresh("jones");
    stage.run(5ms);
    cr_assert(stage.http.open() == 1);
    stage.give_tokens("B2", "S2");
    stage.timers.turn();
    EXPECT_TEXT(jones.text, "ready#2");
}

Test(book_store, a_login_replaces_tokens_that_could_not_be_saved) {
    BookStorePlatform stage;
    stage.fail_to_save_tokens();
    stage.heal();
    stage.log_in("smith", 1h, "N1", "NR1");
    EXPECT_TEXT(stage.now("smith"), "N1#2");
    stage.run(48min + CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.last_refresh_token_sent(), "NR1");
}

Test(book_store, a_power_cut_before_they_are_saved_loses_them_and_says_so) {
    BookStorePlatform stage;
    stage.fail_to_save_tokens();
    stage.heal();
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
    stage.say_invalid_grant();
    EXPECT_CONTAINS(stage.reason("smith"), "the answer to a refresh was lost, and the new refresh token with it");
}

Test(book_store, a_slow_disk_stalls_nobody_else) {
    BookStorePlatform stage;
    stage.log_in("jones", 1h, "B1");
    stage.store.hold();
    stage.refresh("smith");
    stage.run(10min);
    cr_assert(stage.store.waiting() == 1);
    EXPECT_TEXT(stage.now("jones"), "B1#1");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");
}

Test(book_store, a_record_that_changed_underneath_is_not_overwritten) {
    BookStorePlatform stage;
    agent::StoredRow& row = *stage.store.find_account("smith");
    row.generation = 5;  // somebody else writes to the same store, with another key
    row.version = 7;
    const auto theirs = row.sealed;
    const Reply& reply = stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    cr_expect(stage.http.sent() == 0 && stage.store.find_account("smith")->sealed == theirs);
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(book_store, a_verdict_that_cannot_be_saved_is_found_again) {
    BookStorePlatform stage;
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.store.disk_is_full();
    stage.say_invalid_grant();
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    stage.heal();
    stage.restart();
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    stage.say_invalid_grant();
    stage.timers.turn();
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
}
