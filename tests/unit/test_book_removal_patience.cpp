// SPDX-License-Identifier: Apache-2.0
// A logout ends in time, and when it has failed nothing that comes later removes the account.
#include <algorithm>

#include "unit/core_stage.h"

using namespace std::chrono_literals;

namespace {

constexpr bool kBookRemovalPatienceRevoke = true;
constexpr bool kBookRemovalPatienceLocal = false;

/// The access token of smith has expired, while the server lets no request of its app begin for an hour.
struct Silenced : CoreStage {
    Silenced() {
        log_in("smith", 10min);
        log_in("other");
        refresh("other");
        run(kAMoment);
        http.answer(429, "", "text/plain", 1h);
        run(11min);
        cr_assert(http.open() == 0);
    }
};

bool asked_to_end_a_grant(const CoreStage& stage) {
    const auto& sent = stage.http.exchanges();
    return std::any_of(sent.begin(), sent.end(),
                       [](const auto& exchange) { return exchange.request.url == "https://as.example/end"; });
}

}  // namespace

Test(book_removal_patience, is_given_up_at_once_where_no_token_can_come_in_time) {
    Silenced stage;
    const Reply& reply = stage.remove("smith", kBookRemovalPatienceRevoke);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "account smith: the grant could not be ended: its access token was not ");
    EXPECT_CONTAINS(reply.error.message, "HTTP 429");
    EXPECT_CONTAINS(reply.error.message, "clioctl logout --local smith");
    cr_expect(reply.error.retry_after > 45min, "%lld", static_cast<long long>(reply.error.retry_after.count()));

    stage.run(50min);
    for (; stage.http.open() > 0; stage.run(CoreStage::kAMoment)) stage.give_tokens("A2");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    cr_expect(!asked_to_end_a_grant(stage), "the account is kept and goes on");
}

Test(book_removal_patience, is_given_up_when_its_patience_is_over_and_changes_nothing_later) {
    CoreStage stage;
    stage.options.pace.per_second = 0.001;  // the turn comes late
    stage.restart();
    stage.log_in("other");
    stage.log_in("smith");
    stage.run(1h + 1s);
    stage.be_down();  // this was the refresh of `other`
    cr_assert(stage.book->status().queued == 1);
    const Reply& reply = stage.remove("smith", kBookRemovalPatienceRevoke, 30s);
    stage.run(29s);
    cr_expect(reply.answers == 0);
    stage.run(1s);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "its access token was not refreshed in time: no answer yet");
    stage.run(20min);
    stage.give_tokens("A2");
    stage.run(20min);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    cr_expect(!asked_to_end_a_grant(stage), "nobody waits for the end of the grant any more");
}

Test(book_removal_patience, that_hears_nothing_from_clio_is_given_up_and_keeps_the_account) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.remove("smith", kBookRemovalPatienceRevoke, 30s);
    stage.run(30s);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "account smith: the grant could not be ended: no answer in time");
    cr_expect(stage.http.open() == 0, "the request is given up, too");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    const Reply& again = stage.remove("smith", kBookRemovalPatienceRevoke, 30s);
    stage.http.answer(200, "");
    stage.run(1s);
    EXPECT_TEXT(again.text, "done");
}

Test(book_removal_patience, one_patience_is_for_all_of_its_steps) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.remove("smith", kBookRemovalPatienceRevoke, 30s);
    stage.run(20s);
    stage.http.answer(401, R"({"error":"invalid_token"})");
    stage.let_refresh("A2");
    cr_assert(stage.http.open() == 1);
    stage.run(10s);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}

Test(book_removal_patience, does_not_wait_without_end_for_the_refresh_under_way) {
    for (const bool revoke : {kBookRemovalPatienceRevoke, kBookRemovalPatienceLocal}) {
        CoreStage stage;
        stage.log_in("smith");
        stage.refresh("smith");
        stage.run(CoreStage::kAMoment);
        const Reply& reply = stage.remove("smith", revoke, 30s);
        stage.run(30s);
        EXPECT_TEXT(reply.text, "temporarily_unavailable");
        stage.give_tokens("A2");
        stage.run(1min);
        EXPECT_TEXT(stage.now("smith"), "A2#2");
        const Reply& again = stage.remove("smith", kBookRemovalPatienceLocal);
        stage.run(1s);
        EXPECT_TEXT(again.text, "done");
    }
}

Test(book_removal_patience, that_is_being_stored_is_answered_when_it_is_done_however_late) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.hold();
    const Reply& reply = stage.remove("smith", kBookRemovalPatienceLocal, 30s);
    stage.run(1h);
    EXPECT_TEXT(reply.text, "");
    stage.store.finish();
    stage.run(1s);
    EXPECT_TEXT(reply.text, "done");
}

Test(book_removal_patience, that_nobody_waits_for_is_given_up_all_the_same) {
    CoreStage stage;
    stage.log_in("smith");
    stage.remove("smith", kBookRemovalPatienceRevoke, 30s).waiting.reset();
    stage.run(31s);
    cr_expect(stage.http.open() == 0);
    EXPECT_TEXT(stage.now("smith"), "A1#1");
}

// Under a sanitizer: else what is read after it was freed may look well.
Test(book_removal_patience, an_answer_that_is_due_goes_with_the_book) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& unknown = stage.remove("nobody", /*revoke=*/true);
    const Reply& first = stage.remove("smith", /*revoke=*/true);
    const Reply& second = stage.remove("smith", /*revoke=*/true);
    stage.end();
    stage.timers.turn();
    cr_expect(unknown.answers + first.answers + second.answers == 0);
}
