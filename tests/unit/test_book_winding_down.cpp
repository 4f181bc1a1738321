// SPDX-License-Identifier: Apache-2.0
// The end of the book, when the agent is locked or stopped: what is under way ends first.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Rotation;

namespace {

struct Ending : CoreStage {
    Ending() : CoreStage(Rotation::kSingleUse) { log_in("smith"); }
    void wind_down() {
        book->wind_down([this] { ++wound_down; });
    }
    int wound_down = 0;
};

}  // namespace

Test(book_winding_down, is_told_soon_when_nothing_is_under_way) {
    Ending stage;
    stage.wind_down();
    cr_expect(stage.wound_down == 0, "not before it has returned");
    stage.timers.turn();
    cr_expect(stage.wound_down == 1);
    stage.run(2h);
    cr_expect(stage.http.sent() == 0 && stage.wound_down == 1);
}

Test(book_winding_down, waits_until_the_answer_under_way_is_durable) {
    Ending stage;
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    stage.wind_down();
    stage.run(10s);
    cr_expect(stage.wound_down == 0);
    stage.give_tokens("A2", "R2");
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.wound_down == 1);
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_winding_down, a_refresh_that_waits_for_its_turn_does_not_begin) {
    Ending stage;
    stage.refresh("smith");
    stage.wind_down();
    stage.run(1min);
    cr_expect(stage.http.sent() == 0 && stage.wound_down == 1);
}

Test(book_winding_down, a_failed_refresh_is_not_tried_again) {
    Ending stage;
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.wind_down();
    stage.be_down();
    stage.run(1h);
    cr_expect(stage.http.sent() == 1 && stage.wound_down == 1);
}

Test(book_winding_down, tokens_that_the_disk_refuses_are_waited_for) {
    Ending stage;
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.store.disk_is_full();
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    cr_assert(stage.book->has_unsaved_tokens());
    stage.wind_down();
    stage.run(20min);
    cr_expect(stage.wound_down == 0);
    stage.store.refuse(std::nullopt);
    stage.run(20min);
    cr_expect(stage.wound_down == 1 && !stage.book->has_unsaved_tokens());
}

Test(book_winding_down, saves_at_once_what_a_healed_disk_has_refused) {
    Ending stage;
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.store.disk_is_full();
    stage.give_tokens("A2", "R2");
    stage.run(2h);
    stage.store.refuse(std::nullopt);
    stage.wind_down();
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.wound_down == 1);
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_winding_down, no_refresh_begins_whoever_asks_for_one) {
    Ending stage;
    stage.run(30min);
    Reply& early = stage.refresh("smith");
    stage.book->stop_refreshes();
    EXPECT_TEXT(early.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    Reply& late = stage.ask("smith", 59min, 5s);
    stage.run(5s);
    EXPECT_TEXT(late.text, "A1#1 short");
    cr_expect(stage.http.sent() == 0);
    stage.wind_down();
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.wound_down == 1);
    stage.book->resume();
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.http.open() == 1, "it was put off, not forgotten");
}

Test(book_winding_down, knows_when_a_token_is_at_stake) {
    for (const Rotation rotation : {Rotation::kReusable, Rotation::kSingleUse}) {
        CoreStage stage(rotation);
        const bool single_use = rotation == Rotation::kSingleUse;
        stage.log_in("smith");
        stage.refresh("smith");
        cr_expect_not(stage.book->has_tokens_at_stake(), "it waits for its turn");
        stage.run(CoreStage::kAMoment);
        cr_expect(stage.book->has_tokens_at_stake() == single_use, "the request is under way");
        stage.store.disk_is_full();
        stage.give_tokens("A2", "R2");
        cr_expect(stage.book->has_tokens_at_stake() == single_use, "the tokens are being saved");
        stage.timers.turn();
        cr_expect(stage.book->has_tokens_at_stake() == single_use, "the disk refuses them");
        stage.store.refuse(std::nullopt);
        stage.run(1min);
        cr_expect_not(stage.book->has_tokens_at_stake());
    }
}

Test(book_winding_down, waits_for_a_login_that_is_being_stored) {
    Ending stage;
    stage.adopt("jones", 1h, "A1", "R1");
    stage.wind_down();
    stage.timers.turn();
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.wound_down == 1);
    stage.restart();
    EXPECT_TEXT(stage.now("jones"), "A1#1");
}

Test(book_winding_down, ends_soon_after_a_login_that_could_not_be_stored) {
    Ending stage;
    stage.store.disk_is_full();
    const Reply& login = stage.adopt("jones", 1h, "A1", "R1");
    stage.wind_down();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(login.text, "temporarily_unavailable");
    cr_expect(stage.wound_down == 1);
}

Test(book_winding_down, nobody_waits_for_a_refresh_that_cannot_begin) {
    Ending stage;
    stage.run(30min);
    stage.book->stop_refreshes();
    const Reply& token = stage.ask("smith", 59min, 30s);
    const Reply& refreshed = stage.refresh("smith");
    stage.timers.turn();
    EXPECT_TEXT(token.text, "A1#1 short");
    EXPECT_TEXT(refreshed.text, "temporarily_unavailable");
}

Test(book_winding_down, a_book_that_is_resumed_catches_up) {
    Ending stage;
    stage.wind_down();
    stage.book->resume();
    stage.run(50min);
    cr_expect(stage.wound_down == 0);
    stage.let_refresh("A2", "R2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}
