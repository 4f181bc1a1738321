// SPDX-License-Identifier: Apache-2.0
// Answers that never came: what may be lost with them, and what not.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Product;
using agent::Rotation;

namespace {

struct BookLostAnswersPlatform : CoreStage {
    BookLostAnswersPlatform() : CoreStage(Rotation::kSingleUse, Product::kPlatform) {
        log_in("smith");
        run(48min + kAMoment);
        cr_assert(http.open() == 1);
    }
};

}  // namespace

Test(book_lost_answers, a_reusable_token_is_as_good_as_before) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(48min + CoreStage::kAMoment);
    stage.http.lose_answer();
    EXPECT_TEXT(stage.state("smith"), "stale#1");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.run(1s);
    stage.give_tokens("A2");
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_lost_answers, a_single_use_token_is_tried_again_at_once) {
    BookLostAnswersPlatform stage;
    stage.http.lose_answer();
    EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
    EXPECT_CONTAINS(stage.reason("smith"), "connection cut");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1, "within the server's grace period, if it has one");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_lost_answers, that_trial_goes_before_all_others_and_past_a_hold) {
    BookLostAnswersPlatform stage;
    stage.http.answer(429, "{}", "application/json", 10min);
    stage.run(11min);
    cr_assert(stage.http.open() == 1);
    stage.log_in("jones", 1h, "B1", "S1");
    stage.refresh("jones");
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 2);
    stage.http.lose_answer();                                 // of smith
    stage.http.answer(429, "{}", "application/json", 10min);  // to jones
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1, "the token may still be good for some seconds");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_lost_answers, a_second_loss_in_a_row_waits_like_any_failure) {
    BookLostAnswersPlatform stage;
    stage.http.lose_answer();
    stage.run(CoreStage::kAMoment);
    stage.http.lose_answer();
    EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
    stage.run(900ms);
    cr_expect(stage.http.open() == 0);
    stage.run(200ms);
    cr_expect(stage.http.open() == 1);
}

Test(book_lost_answers, a_spent_token_is_reported_with_the_reason) {
    BookLostAnswersPlatform stage;
    stage.http.lose_answer();
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_TEXT(stage.reason("smith"),
                "the answer to a refresh was lost, and the new refresh token with it: token request: HTTP 400 "
                "invalid_grant: revoked");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.restart();
    EXPECT_CONTAINS(stage.reason("smith"), "the answer to a refresh was lost");
}

Test(book_lost_answers, an_outage_after_it_does_not_make_it_known) {
    BookLostAnswersPlatform stage;
    stage.http.lose_answer();
    stage.run(CoreStage::kAMoment);
    stage.be_down();
    EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
    stage.run(2s);
    stage.say_invalid_grant();
    EXPECT_CONTAINS(stage.reason("smith"), "the answer to a refresh was lost");
}

Test(book_lost_answers, a_request_that_was_never_sent_loses_nothing) {
    BookLostAnswersPlatform stage;
    stage.http.refuse_connection();
    EXPECT_TEXT(stage.state("smith"), "stale#1");
    stage.run(1s);
    stage.say_invalid_grant();
    EXPECT_TEXT(stage.reason("smith"), "token request: HTTP 400 invalid_grant: revoked");
}

Test(book_lost_answers, an_intent_is_written_once_for_each_generation) {
    BookLostAnswersPlatform stage;
    for (int i = 0; i < 5; ++i) {
        stage.http.lose_answer();
        stage.run(1min);
        cr_assert(stage.http.open() == 1);
    }
    cr_expect(stage.store.log() == std::vector<std::string>({"put smith 0->1", "put smith 1->1"}));
}

Test(book_lost_answers, new_tokens_are_kept_though_the_old_ones_do_not_open) {
    for (const bool has_refresh_token : {true, false}) {
        BookLostAnswersPlatform stage;
        for (const char key : {'l', 'm'}) {
            const std::string raw(agent::SealingKey::kSize, key);
            stage.sealer.rotate(*agent::SealingKey::from_raw(agent::as_bytes(raw)));
        }
        stage.give_tokens("A2", has_refresh_token ? "R2" : "");
        stage.timers.turn();
        EXPECT_TEXT(stage.state("smith"), has_refresh_token ? "ready#2" : "unknown_outcome#1");
        if (has_refresh_token) EXPECT_TEXT(stage.now("smith"), "A2#2");
    }
}

Test(book_lost_answers, an_answer_whose_callers_have_gone_is_kept) {
    BookLostAnswersPlatform stage;
    Reply& token = stage.ask("smith", 30min);
    Reply& refresh = stage.refresh("smith");
    token.waiting.reset();
    refresh.waiting.reset();
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    cr_expect(token.answers == 0 && refresh.answers == 0);
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}
