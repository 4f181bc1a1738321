// SPDX-License-Identifier: Apache-2.0
// Accounts that are copied for a backup, and accounts that come back from one.
#include "core/accounts/restored_account.h"
#include "fakes/sealing.h"
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::AccountRecord;
using agent::Error;
using agent::Sealer;
using agent::SealingKey;
using agent::SecretString;
using agent::State;
using agent::TokenSet;
using fakes::sealer_of;

namespace {

/// What a backup has of an account: tokens B and S of an hour, received now.
struct Brought {
    std::uint64_t generation = 1;
    State state = State::kReady;
    bool intent_saved = false;
};

Reply& restore(CoreStage& stage, const std::string& account, const Brought& brought = {}) {
    const agent::WallTime now = stage.clock.now();
    AccountRecord record;
    record.name = account;
    record.app = "firm";
    record.life = {.state = brought.state,
                   .intent_saved = brought.intent_saved,
                   .generation = brought.generation,
                   .obtained_at = now,
                   .expires_at = now + 1h,
                   .refresh_at = now + 48min,
                   .retry_at = {},
                   .reason = brought.state == State::kLoginRequired ? "it may be spent" : ""};
    TokenSet tokens{.access_token = SecretString("B"), .refresh_token = SecretString("S")};
    return stage.waited([&](Reply& to) {
        return stage.book->restore_from_backup(std::move(record), std::move(tokens),
                                               CoreStage::answer_to<agent::Result<void>>(to));
    });
}

void come_aside(CoreStage& stage, const std::string& account) {
    const Reply& aside = stage.waited([&](Reply& to) {
        return stage.book->set_aside(account, "it may be older than it was", "",
                                     CoreStage::answer_to<agent::Result<void>>(to));
    });
    stage.timers.turn();
    EXPECT_TEXT(aside.text, "done");
}

void damage(CoreStage& stage, const std::string& account) {
    stage.store.find_account(account)->sealed.back() ^= std::byte{1};
    stage.restart();
    cr_assert(stage.state(account).starts_with("login_required#"));
}

/// "A1 R1#1": the tokens of a copy, and their generation, as the other key opens them.
std::string opened(const agent::Result<agent::StoredRow>& copy, const Sealer& other) {
    if (!copy) return copy.error().message;
    const auto record = open_account_record(other, *copy);
    if (!record) return record.error().message;
    const auto tokens = open_token_set(other, record->tokens, copy->name, copy->generation);
    if (!tokens) return tokens.error().message;
    return std::string(tokens->access_token.reveal()) + " " + std::string(tokens->refresh_token.reveal()) + "#" +
           std::to_string(copy->generation);
}

}  // namespace

Test(book_restoring, a_copy_opens_with_the_other_key_alone) {
    CoreStage stage;
    const Sealer other = sealer_of('b');
    stage.log_in("smith");
    stage.log_in("smith", 1h, "A2", "R2");
    const auto copy = stage.book->copy("smith", other);
    EXPECT_TEXT(opened(copy, other), "A2 R2#2");
    cr_expect(copy->kind == agent::StoredRow::Kind::kAccount && copy->name == "smith");
    cr_expect_not(open_account_record(stage.sealer, *copy));
    const AccountRecord record = *open_account_record(other, *copy);
    cr_expect(record.previous_tokens.empty() && record.previous_generation == 0, "what is spent goes nowhere");
    cr_expect_not(open_token_set(stage.sealer, record.tokens, "smith", 2));
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_restoring, a_copy_has_the_tokens_that_the_disk_refuses) {
    CoreStage stage(agent::Rotation::kSingleUse, agent::Product::kPlatform);
    const Sealer other = sealer_of('b');
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(opened(stage.book->copy("smith", other), other), "A1 R1#1");
    stage.store.disk_is_full();
    stage.give_tokens("A2", "R2");
    EXPECT_TEXT(opened(stage.book->copy("smith", other), other), "A2 R2#2");
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");
    EXPECT_TEXT(opened(stage.book->copy("smith", other), other), "A2 R2#2");
    stage.store.refuse(std::nullopt);
    stage.run(10min);
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_restoring, there_is_no_copy_of_what_is_damaged_or_not_there) {
    CoreStage stage;
    stage.log_in("smith");
    damage(stage, "smith");
    const auto of_damaged = stage.book->copy("smith", sealer_of('b'));
    cr_assert_not(of_damaged);
    cr_expect(of_damaged.error().code == Error::Code::kInternal);
    EXPECT_CONTAINS(of_damaged.error().message, "damaged");
    const auto of_none = stage.book->copy("nobody", sealer_of('b'));
    cr_assert_not(of_none);
    cr_expect(of_none.error().code == Error::Code::kNotFound);
}

Test(book_restoring, of_a_new_account_lets_it_go_on) {
    CoreStage stage;
    const Reply& reply = restore(stage, "smith", {.generation = 3});
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.store.log().back(), "put smith 0->3");
    EXPECT_TEXT(stage.heard, "restored smith#3\n");
    for (int start = 0; start < 2; ++start) {
        EXPECT_TEXT(stage.state("smith"), "ready#3");
        EXPECT_TEXT(stage.now("smith"), "B#3");
        stage.restart();
    }
    stage.run(48min);
    stage.let_refresh("B4");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "S");
    EXPECT_TEXT(stage.state("smith"), "ready#4");
}

Test(book_restoring, refreshes_it_by_itself_without_a_restart) {
    CoreStage stage;
    restore(stage, "smith");
    stage.run(48min);
    stage.let_refresh("B2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_restoring, of_one_whose_refresh_was_under_way_tries_it_again) {
    CoreStage stage;
    restore(stage, "smith", {.intent_saved = true});
    stage.timers.turn();
    cr_expect(stage.http.open() <= 1);
    EXPECT_CONTAINS(stage.heard, "restored smith#1\n");
    stage.let_refresh("B2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_restoring, of_one_that_needs_a_person_sends_nothing) {
    CoreStage stage;
    restore(stage, "smith", {.state = State::kLoginRequired});
    stage.timers.turn();
    EXPECT_TEXT(stage.heard, "restored smith#1\nlogin_required smith#1\n");
    for (int start = 0; start < 2; ++start) {
        EXPECT_TEXT(stage.state("smith"), "login_required#1");
        EXPECT_TEXT(stage.reason("smith"), "it may be spent");
        EXPECT_TEXT(stage.now("smith"), "B#1");
        stage.run(10min);
        stage.restart();
    }
    stage.run(48h);
    cr_expect(stage.http.sent() == 0);
}

Test(book_restoring, heals_a_damaged_account) {
    CoreStage stage;
    stage.log_in("smith");
    damage(stage, "smith");
    const Reply& reply = restore(stage, "smith");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.reason("smith"), "");
    EXPECT_TEXT(stage.now("smith"), "B#2");
    stage.run(48min);
    stage.let_refresh("B3");
    EXPECT_TEXT(stage.state("smith"), "ready#3");
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "B3#3");
}

Test(book_restoring, leaves_what_works_here) {
    CoreStage stage;
    stage.log_in("smith");
    stage.heard.clear();
    stage.run(1min);
    const Reply& reply = restore(stage, "smith", {.generation = 9});
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "conflict");
    EXPECT_CONTAINS(reply.error.message, "it works here (generation 1 here, 9 in the backup)");
    EXPECT_TEXT(stage.heard, "");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.store.log().back(), "put smith 0->1");
    stage.run(47min);
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_restoring, of_newer_tokens_ends_the_need_of_a_login) {
    CoreStage stage;
    stage.log_in("smith");
    come_aside(stage, "smith");
    stage.run(1min);
    const Reply& reply = restore(stage, "smith", {.generation = 2});
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.store.log().back(), "put smith 1->2");
    for (int start = 0; start < 2; ++start) {
        EXPECT_TEXT(stage.state("smith"), "ready#2");
        EXPECT_TEXT(stage.reason("smith"), "");
        EXPECT_TEXT(stage.now("smith"), "B#2");
        stage.restart();
    }
}

Test(book_restoring, of_tokens_that_are_not_newer_leaves_the_need_of_a_login) {
    CoreStage stage;
    stage.log_in("smith");
    come_aside(stage, "smith");
    stage.run(1min);
    const Reply& reply = restore(stage, "smith", {.generation = 1});
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "conflict");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
}

Test(book_restoring, never_lets_a_generation_go_back) {
    struct Row {
        int logins;  // before the account was damaged
        std::uint64_t brought;
        const char* after;
    };
    for (const Row& row :
         {Row{0, 5, "B#5"}, Row{1, 1, "B#2"}, Row{3, 1, "B#4"}, Row{3, 3, "B#4"}, Row{3, 4, "B#4"}, Row{3, 7, "B#7"}}) {
        CoreStage stage;
        for (int i = 0; i < row.logins; ++i) stage.log_in("smith");
        if (row.logins > 0) damage(stage, "smith");
        restore(stage, "smith", {.generation = row.brought});
        stage.timers.turn();
        EXPECT_TEXT(stage.now("smith"), row.after);
        stage.restart();
        EXPECT_TEXT(stage.now("smith"), row.after);
    }
}

Test(book_restoring, waits_for_the_refresh_under_way_and_leaves_what_it_brings) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    const Reply& reply = restore(stage, "smith", {.generation = 2});
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "");
    stage.give_tokens("A2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "conflict");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_restoring, waits_for_the_refresh_under_way_and_comes_in_when_the_grant_is_dead) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(1min);
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    const Reply& reply = restore(stage, "smith", {.generation = 2});
    stage.say_invalid_grant();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.now("smith"), "B#2");
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "B#2");
}

Test(book_restoring, goes_on_when_nobody_waits_for_it) {
    CoreStage stage;
    restore(stage, "smith").waiting.reset();
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "ready#1");
}

Test(book_restoring, of_the_same_account_twice_at_once_takes_the_first) {
    CoreStage stage;
    const Reply& first = restore(stage, "smith", {.generation = 3});
    const Reply& second = restore(stage, "smith", {.generation = 4});
    stage.timers.turn();
    EXPECT_TEXT(first.text, "done");
    stage.timers.turn();
    EXPECT_TEXT(second.text, "conflict");
    EXPECT_CONTAINS(second.error.message, "it works here");
    EXPECT_TEXT(stage.now("smith"), "B#3");
}

Test(book_restoring, that_the_disk_refuses_changes_nothing) {
    CoreStage stage;
    stage.log_in("smith");
    come_aside(stage, "smith");
    stage.heard.clear();
    stage.run(1min);
    stage.store.disk_is_full();
    for (const char* account : {"smith", "jones"}) {
        const Reply& reply = restore(stage, account, {.generation = 2});
        stage.timers.turn();
        EXPECT_TEXT(reply.text, "temporarily_unavailable");
    }
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    EXPECT_TEXT(stage.state("jones"), "not_found");
    EXPECT_TEXT(stage.heard, "");

    stage.store.refuse(std::nullopt);
    const Reply& again = restore(stage, "smith", {.generation = 2});
    stage.timers.turn();
    EXPECT_TEXT(again.text, "done");
}

Test(book_restoring, names_come_page_by_page_in_order) {
    CoreStage stage;
    for (const char* account : {"clark", "adams", "brown", "davis"}) stage.log_in(account);
    const auto names = [&](const char* after, std::size_t most) {
        std::string all;
        for (const std::string& name : stage.book->names_after(after, most)) all += name + " ";
        return all;
    };
    EXPECT_TEXT(names("", 9), "adams brown clark davis ");
    EXPECT_TEXT(names("", 2), "adams brown ");
    EXPECT_TEXT(names("brown", 2), "clark davis ");
    EXPECT_TEXT(names("bronte", 1), "brown ");
    EXPECT_TEXT(names("davis", 2), "");
    EXPECT_TEXT(names("adams", 0), "");
}

Test(book_restoring, begins_afresh_with_reports) {
    CoreStage stage;
    stage.log_in("smith");
    stage.report("smith", 1);
    stage.let_refresh("A2");
    EXPECT_TEXT(stage.report("smith", 2), "ignored");
    come_aside(stage, "smith");
    restore(stage, "smith", {.generation = 3});
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "ready#3");
    EXPECT_TEXT(stage.report("smith", 3), "refreshing");
}
