// SPDX-License-Identifier: Apache-2.0
// What callers get from the accounts when nothing goes wrong, and when there is nothing to be had.
#include "base/text/nearest.h"
#include "core/refresh/refresh_timing.h"
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Error;

Test(book_serving, gives_out_the_token_and_its_facts) {
    CoreStage stage;
    stage.log_in("smith");
    const auto token = stage.book->token_now("smith", 60s);
    cr_assert(token.has_value() && token->has_value());
    EXPECT_TEXT((*token)->account, "smith");
    EXPECT_TEXT((*token)->access_token.reveal(), "A1");
    EXPECT_TEXT((*token)->api_base, "https://api.example");
    cr_expect((*token)->expires_at == stage.clock.now() + 1h - agent::kWireMargin);
    cr_expect((*token)->generation == 1 && (*token)->min_ttl_met);

    const auto facts = stage.book->facts("smith");
    cr_assert(facts);
    EXPECT_TEXT(facts->app, "firm");
    cr_expect(facts->state == agent::AccountState::kReady);
    EXPECT_TEXT(facts->reason, "");
    cr_expect(facts->refresh_at == stage.clock.now() + 48min);
    cr_expect_not(facts->last_refresh.has_value() || facts->user.has_value());
}

Test(book_serving, nobody_by_that_name) {
    CoreStage stage;
    EXPECT_TEXT(stage.now("smith"), "not_found");
    EXPECT_TEXT(stage.state("smith"), "not_found");
    EXPECT_TEXT(stage.report("smith", 1), "not_found");
    const Reply& token = stage.ask("smith");
    const Reply& refresh = stage.refresh("smith");
    const Reply& removal = stage.remove("smith", /*revoke=*/true);
    stage.timers.turn();
    for (const Reply* reply : {&token, &refresh, &removal}) EXPECT_TEXT(reply->text, "not_found");
    EXPECT_CONTAINS(token.error.message, "clioctl list");
    cr_expect(stage.http.sent() == 0);

    stage.log_in("smith-law");
    EXPECT_CONTAINS(stage.book->facts("smiht-law").error().message, "did you mean smith-law?");
}

Test(book_serving, a_name_that_was_mistyped_is_told_where_there_are_few_others) {
    CoreStage stage;
    stage.log_in("smith");
    EXPECT_CONTAINS(stage.book->facts("smiht").error().message, "did you mean smith?");
    // Among thousands every such request would hold the loop.
    for (std::size_t i = 0; i < agent::kMostNearWords; ++i) stage.log_in("jones" + std::to_string(i));
    EXPECT_CONTAINS(stage.book->facts("smiht").error().message, "no such account; clioctl list");
}

Test(book_serving, the_only_account) {
    CoreStage stage;
    cr_expect(stage.book->only_account().error().code == Error::Code::kNotFound);
    stage.log_in("smith");
    EXPECT_TEXT(*stage.book->only_account(), "smith");
    stage.log_in("jones");
    cr_expect(stage.book->only_account().error().code == Error::Code::kAccountAmbiguous);
}

Test(book_serving, lists_and_counts) {
    CoreStage stage;
    stage.log_in("smith");
    stage.log_in("jones", 2h);
    const auto all = stage.book->list();
    cr_assert(all.size() == 2);
    EXPECT_TEXT(all[0].name, "jones");
    EXPECT_TEXT(all[1].name, "smith");
    auto status = stage.book->status();
    cr_expect(status.accounts == 2 && status.login_required == 0 && status.stale == 0 && status.refreshing == 0);
    cr_expect(status.next_refresh == stage.clock.now() + 48min);
    EXPECT_TEXT(status.store_error, "");

    stage.run(48min);
    stage.run(CoreStage::kAMoment);
    cr_expect(stage.book->status().refreshing == 1);
    stage.say_invalid_grant();
    stage.run(48min);
    stage.run(CoreStage::kAMoment);
    stage.be_down();
    status = stage.book->status();
    cr_expect(status.login_required == 1 && status.stale == 1 && status.refreshing == 0);
}

Test(book_serving, counts_those_that_wait_for_their_turn) {
    CoreStage stage;
    stage.options.pace = {.per_second = 0.1, .max_parallel = 1};
    stage.restart();
    for (const char* name : {"a", "b", "c"}) stage.log_in(name);
    stage.run(48min);
    cr_expect(stage.book->status().queued == 2);
    EXPECT_TEXT(stage.state("b"), "ready#1");
}

Test(book_serving, the_token_is_served_while_it_lives_long_enough) {
    CoreStage stage;
    stage.log_in("smith");
    EXPECT_TEXT(stage.now("smith", 59min), "A1#1");
    stage.run(40min);
    EXPECT_TEXT(stage.now("smith", 20min - agent::kWireMargin), "A1#1");
    EXPECT_TEXT(stage.now("smith", 20min), "wait");
    EXPECT_TEXT(stage.now("smith", 0s), "A1#1");
    cr_expect(stage.http.sent() == 0, "token_now() starts nothing");
}

Test(book_serving, a_wish_that_cannot_be_met_gets_the_best_there_is) {
    CoreStage stage;
    stage.log_in("smith");
    // As fresh as they come: a refresh would not help.
    EXPECT_TEXT(stage.now("smith", 1h + 1ms), "A1#1 short");
    EXPECT_TEXT(stage.now("smith", 24h * 365), "A1#1 short");
    stage.run(47min);
    EXPECT_TEXT(stage.now("smith", 24h), "A1#1 short");
    // A wish that just can be met is not worth a refresh for each call, either.
    stage.log_in("jones");
    stage.run(30min - agent::kWireMargin);
    EXPECT_TEXT(stage.now("jones", 59min), "A1#1 short");
    stage.run(agent::kWireMargin);
    EXPECT_TEXT(stage.now("jones", 59min), "wait");
}

Test(book_serving, no_refresh_for_each_call_however_often_the_impossible_is_asked) {
    CoreStage stage;
    stage.log_in("smith");
    for (int i = 0; i < 3600; ++i) {
        if (stage.now("smith", 59min) == "wait") {
            const Reply& reply = stage.ask("smith", 59min);
            stage.let_refresh("A");
            EXPECT_CONTAINS(reply.text, "A#");
        }
        stage.run(1s);
    }
    cr_expect(stage.http.sent() <= 2, "%zu refreshes in an hour", stage.http.sent());
}

Test(book_serving, an_expired_token_is_never_given_out) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(1h - agent::kWireMargin - 1ms);
    EXPECT_TEXT(stage.now("smith", 0s), "A1#1");
    stage.run(1ms);
    EXPECT_TEXT(stage.now("smith", 0s), "wait");
}

Test(book_serving, without_its_app_an_account_says_so) {
    CoreStage stage;
    stage.log_in("smith");
    stage.has_app = false;
    stage.restart();
    EXPECT_TEXT(stage.now("smith"), "not_found");
    const Reply& token = stage.ask("smith");
    const Reply& refresh = stage.refresh("smith");
    stage.run(1min);
    for (const Reply* reply : {&token, &refresh}) {
        EXPECT_TEXT(reply->text, "not_found");
        EXPECT_CONTAINS(reply->error.message, "clioctl app add firm");
    }
    stage.run(24h);
    EXPECT_TEXT(stage.now("smith"), "not_found");
    EXPECT_TEXT(stage.state("smith"), "needs_attention#1");
    cr_expect(stage.http.sent() == 0);
}
