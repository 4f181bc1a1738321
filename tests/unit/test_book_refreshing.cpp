// SPDX-License-Identifier: Apache-2.0
// Refreshes that go well: when they begin, in which order their steps are taken, and who is told.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Product;
using agent::Rotation;

namespace {

std::size_t answered(const std::vector<const Reply*>& replies) {
    std::size_t count = 0;
    for (const Reply* reply : replies) count += reply->answers == 1 ? 1 : 0;
    return count;
}

}  // namespace

Test(book_refreshing, begins_by_itself_before_expiry) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(48min - 1ms);
    cr_expect(stage.http.sent() == 0);
    stage.run(CoreStage::kAMoment);
    cr_assert(stage.http.sent() == 1);
    EXPECT_TEXT(stage.http.last().url, "https://as.example/token");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
    EXPECT_TEXT(stage.now("smith"), "A1#1");

    stage.give_tokens("A2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.now("smith", 59min), "A2#2");
    EXPECT_TEXT(stage.heard, "logged_in smith#1\nrefreshed smith#2\n");
    const auto facts = stage.book->facts("smith");
    cr_assert(facts->last_refresh.has_value());
    cr_expect(stage.clock.now() - *facts->last_refresh < 1s);
}

Test(book_refreshing, goes_on_for_ever) {
    CoreStage stage(Rotation::kSingleUse, Product::kPlatform);
    stage.log_in("smith", 24h);
    for (int day = 2; day < 100; ++day) {
        stage.run(19h + 12min);
        const std::string n = std::to_string(day);
        EXPECT_TEXT(stage.now("smith"), "A" + std::to_string(day - 1) + "#" + std::to_string(day - 1));
        stage.let_refresh("A" + n, "R" + n, 24h);
        EXPECT_TEXT(stage.now("smith"), "A" + n + "#" + n);
    }
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R98");
    cr_expect(stage.http.sent() == 98);
}

Test(book_refreshing, each_step_waits_for_the_one_before) {
    CoreStage stage(Rotation::kSingleUse, Product::kPlatform);
    stage.log_in("smith");
    stage.store.hold();
    stage.run(30min);
    const Reply& reply = stage.ask("smith", 59min);
    stage.run(1s);

    // The intent is not durable: nothing is asked of the server.
    cr_expect(stage.store.waiting() == 1 && stage.http.sent() == 0);
    stage.store.finish();
    cr_assert(stage.http.sent() == 1);

    // The token set is not durable: nobody is told, nothing of it is served.
    stage.give_tokens("A2", "R2");
    stage.run(1s);
    cr_expect(stage.store.waiting() == 1);
    cr_expect(reply.answers == 0);
    EXPECT_TEXT(stage.now("smith", 0s), "A1#1");
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");

    stage.store.finish();
    EXPECT_TEXT(reply.text, "A2#2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    cr_expect(stage.store.log() == std::vector<std::string>({"put smith 0->1", "put smith 1->1", "put smith 1->2"}));
}

Test(book_refreshing, a_thousand_callers_cause_one_refresh) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(59min + 30s);
    cr_assert(stage.http.sent() == 1, "the one that began by itself");
    std::vector<const Reply*> replies;
    for (int i = 0; i < 1000; ++i) {
        EXPECT_TEXT(stage.now("smith"), "wait");
        replies.push_back(&stage.ask("smith"));
    }
    stage.run(1s);
    cr_expect(stage.http.sent() == 1 && answered(replies) == 0);
    stage.give_tokens("A2");
    stage.timers.turn();
    cr_expect(answered(replies) == 1000);
    for (const Reply* reply : replies) EXPECT_TEXT(reply->text, "A2#2");
    stage.run(1h);
    cr_expect(stage.store.log().size() == 4, "intent and tokens, once; then the intent of the next one");
}

Test(book_refreshing, every_way_to_ask_shares_the_refresh_under_way) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(30min);
    const Reply& token = stage.ask("smith", 59min);
    const Reply& refresh = stage.refresh("smith");
    EXPECT_TEXT(stage.report("smith", 1), "refreshing");
    const Reply& other = stage.refresh("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(token.text, "A2#2");
    EXPECT_TEXT(refresh.text, "ready#2");
    EXPECT_TEXT(other.text, "ready#2");
    stage.run(1min);
    cr_expect(stage.http.sent() == 1);
}

Test(book_refreshing, refresh_asks_even_when_the_token_is_young) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.refresh("smith");
    stage.let_refresh("A2");
    EXPECT_TEXT(reply.text, "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_refreshing, a_missing_refresh_token_keeps_the_old_one) {
    CoreStage stage;
    stage.log_in("smith");
    for (const char* access : {"A2", "A3"}) {
        const Reply& reply = stage.refresh("smith");
        stage.let_refresh(access);
        EXPECT_CONTAINS(reply.text, "ready#");
        EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
    }
    stage.restart();
    const Reply& reply = stage.refresh("smith");
    stage.let_refresh("A4");
    EXPECT_TEXT(reply.text, "ready#4");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R1");
}

Test(book_refreshing, a_new_refresh_token_replaces_the_old_one_whatever_the_rotation) {
    for (const Rotation rotation : {Rotation::kReusable, Rotation::kSingleUse}) {
        CoreStage stage(rotation);
        stage.log_in("smith");
        stage.refresh("smith");
        stage.let_refresh("A2", "R2");
        stage.refresh("smith");
        stage.let_refresh("A3", "R3");
        EXPECT_TEXT(stage.last_refresh_token_sent(), "R2");
    }
}

Test(book_refreshing, expires_in_is_honoured) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.let_refresh("A2", "", 20s);
    EXPECT_TEXT(stage.now("smith", 15s), "A2#2");
    stage.run(16s);
    cr_expect(stage.http.sent() == 2, "refreshed again after 16 of 20 seconds");
}

Test(book_refreshing, refresh_at_is_drawn_once_for_each_generation) {
    CoreStage stage;
    stage.entropy.next_units({0.25});
    stage.log_in("smith");
    const auto at = stage.book->facts("smith")->refresh_at;
    cr_expect(at == stage.clock.now() + 45min + 36s);  // 0.8 × 0.95 of an hour
    stage.entropy.always_unit(0.75);
    stage.run(10min);
    cr_expect(stage.book->facts("smith")->refresh_at == at);
    stage.restart();
    cr_expect(stage.book->facts("smith")->refresh_at == at);
}

Test(book_refreshing, accounts_asked_for_go_first) {
    CoreStage stage;
    stage.options.pace = {.per_second = 1.0, .max_parallel = 100};
    stage.restart();
    for (int i = 0; i < 100; ++i) stage.log_in("a" + std::to_string(i), 1h, "A1", "of" + std::to_string(i));
    stage.run(1h);  // 720 s after all of them came due, none was answered
    cr_expect(stage.http.sent() == 100);

    CoreStage again;
    again.options.pace = {.per_second = 1.0, .max_parallel = 100};
    again.restart();
    for (int i = 0; i < 100; ++i) again.log_in("a" + std::to_string(i), 1h, "A1", "of" + std::to_string(i));
    again.run(48min);
    again.ask("a77", 59min);
    again.run(1100ms);
    EXPECT_TEXT(again.last_refresh_token_sent(), "of77");
}

Test(book_refreshing, never_more_at_once_than_allowed) {
    CoreStage stage;
    stage.options.pace = {.per_second = 1000.0, .max_parallel = 3};
    stage.restart();
    for (int i = 0; i < 10; ++i) stage.log_in("a" + std::to_string(i));
    stage.run(48min + 1min);
    cr_expect(stage.http.open() == 3);
    for (int i = 0; i < 10; ++i) {
        cr_assert(stage.http.open() > 0 && stage.http.open() <= 3);
        stage.give_tokens("A2");
        stage.run(CoreStage::kAMoment);
    }
    cr_expect(stage.http.sent() == 10 && stage.http.open() == 0);
}
