// SPDX-License-Identifier: Apache-2.0
// How accounts take the token sets that logins bring.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::ClioUser;
using agent::Grant;
using agent::Product;
using agent::Rotation;
using agent::SecretString;

namespace {

/// A new login, durable when this returns.
std::string log_in_again(CoreStage& stage, const char* access = "N1", const char* refresh = "NR1") {
    const Reply& reply = stage.adopt("smith", 1h, access, refresh);
    stage.timers.turn();
    return reply.text;
}

}  // namespace

Test(book_logins, a_new_account_exists_once_it_is_durable) {
    CoreStage stage;
    stage.store.hold();
    const Reply& reply = stage.adopt("smith", 1h, "A1", "R1");
    stage.timers.turn();
    EXPECT_TEXT(stage.now("smith"), "not_found");
    cr_expect(reply.answers == 0);
    stage.store.finish();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.heard, "logged_in smith#1\n");
}

Test(book_logins, the_user_is_kept) {
    CoreStage stage;
    stage.waited([&](Reply& to) {
        return stage.book->adopt(
            Grant{.account = "smith",
                  .app = "firm",
                  .origin = {},
                  .tokens = {.access_token = SecretString("A1"), .refresh_token = SecretString("R1"), .expires_in = 1h},
                  .user = ClioUser{.id = 42, .name = "Jane Doe", .email = "jane@example.com"}},
            CoreStage::answer_to<agent::Result<void>>(to));
    });
    stage.timers.turn();
    for (int i = 0; i < 2; ++i) {
        const auto facts = stage.book->facts("smith");
        cr_assert(facts->user.has_value());
        cr_expect(facts->user->id == 42);
        EXPECT_TEXT(facts->user->email, "jane@example.com");
        stage.refresh("smith");
        stage.let_refresh("A2");
        stage.restart();
    }
}

Test(book_logins, is_the_next_generation_of_a_present_account) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(log_in_again(stage), "done");
    EXPECT_TEXT(stage.now("smith"), "N1#3");
    stage.refresh("smith");
    stage.let_refresh("N2");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "NR1");
    EXPECT_TEXT(stage.state("smith"), "ready#4");
    EXPECT_TEXT(stage.report("smith", 2), "newer_exists");
}

Test(book_logins, revives_a_dead_grant) {
    CoreStage stage;
    stage.log_in("smith");
    stage.report("smith", 1);
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    EXPECT_TEXT(stage.now("smith"), "login_required");
    EXPECT_TEXT(log_in_again(stage), "done");
    EXPECT_TEXT(stage.now("smith"), "N1#2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.reason("smith"), "");
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "N1#2");
    stage.run(48min + CoreStage::kAMoment);
    cr_expect(stage.http.open() == 1);
    EXPECT_TEXT(stage.last_refresh_token_sent(), "NR1");
}

Test(book_logins, ends_a_backoff_and_an_unknown_outcome) {
    for (const bool lost : {false, true}) {
        CoreStage stage(Rotation::kSingleUse, Product::kPlatform);
        stage.log_in("smith");
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        if (lost)
            stage.http.lose_answer();
        else
            stage.be_down();
        EXPECT_TEXT(log_in_again(stage), "done");
        EXPECT_TEXT(stage.state("smith"), "ready#2");
        stage.run(10min);
        cr_expect(stage.http.sent() == 1, "nothing of the old grant is tried any more");
    }
}

Test(book_logins, wait_for_the_refresh_under_way) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(48min + CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    const Reply& reply = stage.adopt("smith", 1h, "N1", "NR1");
    stage.run(1s);
    cr_expect(reply.answers == 0);
    stage.give_tokens("A2", "R2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.now("smith"), "N1#3");
    cr_expect(stage.store.log().back() == "put smith 2->3");
}

Test(book_logins, wait_for_each_step_of_it) {
    for (int steps = 0; steps < 2; ++steps) {
        CoreStage stage;
        stage.log_in("smith");
        stage.store.hold();
        stage.run(48min + CoreStage::kAMoment);
        if (steps == 1) {
            stage.store.finish();
            stage.give_tokens("A2", "R2");
        }
        cr_assert(stage.store.waiting() == 1, "the intent, or the tokens");
        const Reply& reply = stage.adopt("smith", 1h, "N1", "NR1");
        stage.store.release();
        stage.run(CoreStage::kAMoment);
        if (steps == 0) {
            cr_expect(reply.answers == 0);
            stage.be_down();
            stage.run(CoreStage::kAMoment);
        }
        EXPECT_TEXT(reply.text, "done");
        EXPECT_TEXT(stage.now("smith"), steps == 0 ? "N1#2" : "N1#3");
    }
}

Test(book_logins, take_the_place_of_a_refresh_that_waits_for_its_turn) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(48min - 1ms);
    const Reply& caller = stage.ask("smith", 30min);
    EXPECT_TEXT(log_in_again(stage), "done");
    EXPECT_TEXT(caller.text, "N1#2");
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
}

Test(book_logins, no_refresh_begins_while_the_new_tokens_are_being_saved) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.hold();
    const Reply& login = stage.adopt("smith", 1h, "N1", "NR1");
    const Reply& refresh = stage.refresh("smith");
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    stage.run(1s);
    cr_expect(stage.http.sent() == 0 && stage.store.waiting() == 1);
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.store.release();
    stage.timers.turn();
    EXPECT_TEXT(login.text, "done");
    EXPECT_TEXT(refresh.text, "ready#2");
    stage.run(1min);
    cr_expect(stage.http.sent() == 0);
}

Test(book_logins, that_cannot_be_saved_leave_the_account_as_it_was) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.disk_is_full();
    EXPECT_TEXT(log_in_again(stage), "temporarily_unavailable");
    const Reply& fresh = stage.adopt("jones", 1h, "B1", "BR1");
    stage.timers.turn();
    EXPECT_TEXT(fresh.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.now("jones"), "not_found");
    EXPECT_TEXT(stage.now("smith"), "A1#1");

    stage.store.refuse(std::nullopt);
    stage.run(48min + CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1, "the account is not left reserved");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
}

Test(book_logins, two_at_once_for_one_account) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& first = stage.adopt("smith", 1h, "N1", "NR1");
    const Reply& second = stage.adopt("smith", 1h, "M1", "MR1");
    stage.timers.turn();
    EXPECT_TEXT(first.text, "done");
    stage.timers.turn();
    EXPECT_TEXT(second.text, "done");
    EXPECT_TEXT(stage.now("smith"), "M1#3");
}

Test(book_logins, two_at_once_for_a_new_account) {
    CoreStage stage;
    stage.store.hold();
    const Reply& first = stage.adopt("smith", 1h, "N1", "NR1");
    const Reply& second = stage.adopt("smith", 1h, "M1", "MR1");
    const Reply& third = stage.adopt("smith", 1h, "L1", "LR1");
    stage.timers.turn();
    cr_expect(stage.store.waiting() == 1, "one after the other");
    stage.store.finish();
    EXPECT_TEXT(first.text, "done");
    stage.store.release();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(second.text, "done");
    EXPECT_TEXT(third.text, "done");
    stage.refresh("smith");
    stage.let_refresh("L2");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "LR1");
    EXPECT_TEXT(stage.now("smith"), "L2#4");
}

Test(book_logins, of_another_user_that_waited_does_not_take_the_account) {
    CoreStage stage;
    const auto log_in_as = [&](std::int64_t id, bool replace_user, std::int64_t counts_as = 0) -> const Reply& {
        return stage.waited([&](Reply& to) {
            return stage.book->adopt(
                Grant{.account = "smith",
                      .app = "firm",
                      .origin = {},
                      .tokens = {.access_token = SecretString("A" + std::to_string(id)),
                                 .refresh_token = SecretString("R"),
                                 .expires_in = 1h},
                      .user = id == 0 ? std::nullopt : std::optional(ClioUser{.id = id, .name = "n", .email = "e"}),
                      .replace_user = replace_user,
                      .counts_as = counts_as},
                CoreStage::answer_to<agent::Result<void>>(to));
        });
    };
    const Reply& first = log_in_as(1, false);
    const Reply& other = log_in_as(2, false);
    const Reply& unknown = log_in_as(0, false);
    const Reply& accepted_for_another = log_in_as(0, false, 2);
    const Reply& accepted = log_in_as(0, false, 1);
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(first.text, "done");
    EXPECT_TEXT(other.text, "conflict");
    EXPECT_TEXT(unknown.text, "conflict");
    EXPECT_TEXT(accepted_for_another.text, "conflict");
    EXPECT_TEXT(accepted.text, "done");
    cr_expect(stage.book->facts("smith")->user->id == 1, "the account stays with its user");
    const Reply& replacing = log_in_as(2, true);
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(replacing.text, "done");
    EXPECT_TEXT(stage.now("smith"), "A2#3");
}

Test(book_logins, a_name_whose_login_was_not_stored_is_free_again) {
    CoreStage stage;
    stage.store.disk_is_full();
    const Reply& refused = stage.adopt("smith", 1h, "N1", "NR1");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(refused.text, "temporarily_unavailable");
    stage.store.refuse(std::nullopt);
    stage.log_in("smith", 1h, "M1", "MR1");
    EXPECT_TEXT(stage.now("smith"), "M1#1");
}

Test(book_logins, go_on_when_nobody_waits_for_them) {
    CoreStage stage;
    Reply& reply = stage.adopt("smith", 1h, "A1", "R1");
    reply.waiting.reset();
    stage.timers.turn();
    cr_expect(reply.answers == 0);
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

Test(book_logins, a_damaged_record_is_not_overwritten) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.find_account("smith")->sealed.back() ^= std::byte{1};
    const auto damaged = stage.store.find_account("smith")->sealed;
    stage.restart();
    EXPECT_TEXT(log_in_again(stage), "conflict");
    cr_expect(stage.store.find_account("smith")->sealed == damaged);
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
}
