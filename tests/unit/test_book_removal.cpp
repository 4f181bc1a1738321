// SPDX-License-Identifier: Apache-2.0
// Logging out: the grant is ended at Clio, then the account is forgotten.
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::Product;
using agent::Rotation;

namespace {

constexpr bool kBookRemovalRevoke = true;
constexpr bool kBookRemovalLocal = false;

struct BookRemovalPlatform : CoreStage {
    BookRemovalPlatform() : CoreStage(Rotation::kSingleUse, Product::kPlatform) { log_in("smith"); }
};

}  // namespace

Test(book_removal, ends_the_grant_then_forgets) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().url, "https://as.example/end");
    EXPECT_TEXT(stage.http.last().authorization.reveal(), "Bearer A1");
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=A1");
    stage.run(1s);
    cr_expect(reply.answers == 0 && stage.store.find_account("smith") != nullptr);

    stage.http.answer(200, "");
    EXPECT_TEXT(stage.state("smith"), "ready#1");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.now("smith"), "not_found");
    cr_expect(stage.store.find_account("smith") == nullptr && stage.book->list().empty());
    EXPECT_TEXT(stage.heard, "logged_in smith#1\nlogged_out smith#1\n");
    stage.run(24h);
    cr_expect(stage.http.sent() == 1);
}

Test(book_removal, at_platform_the_refresh_token_is_revoked) {
    BookRemovalPlatform stage;
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    EXPECT_TEXT(stage.http.last().authorization.reveal(), "Basic aWQ6czNjcmV0");  // id:s3cret
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=R1");
    stage.http.answer(200, "");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
}

Test(book_removal, forgets_without_asking_anybody) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.remove("smith", kBookRemovalLocal);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    cr_expect(stage.http.sent() == 0 && stage.store.find_account("smith") == nullptr);
}

Test(book_removal, keeps_the_account_when_the_grant_could_not_be_ended) {
    CoreStage stage;
    stage.log_in("smith");
    for (int i = 0; i < 3; ++i) {
        const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
        if (i == 0) stage.http.answer(503, "", "text/plain", 7s);
        if (i == 1) stage.http.lose_answer();
        if (i == 2) stage.http.answer(403, "<html>", "text/html");
        stage.timers.turn();
        EXPECT_TEXT(reply.text, "temporarily_unavailable");
        EXPECT_CONTAINS(reply.error.message, "account smith: the grant could not be ended: ");
        EXPECT_CONTAINS(reply.error.message, "clioctl logout --local smith");
        cr_expect(reply.error.retry_after == (i == 0 ? 7s : 0s));
        EXPECT_TEXT(stage.now("smith"), "A1#1");
    }
    stage.run(48min + CoreStage::kAMoment);
    cr_expect(stage.http.open() == 1, "and goes on refreshing it");
}

Test(book_removal, a_grant_that_is_dead_is_only_forgotten) {
    CoreStage stage;
    stage.log_in("smith");
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    cr_expect(stage.http.sent() == 1);
}

Test(book_removal, without_an_endpoint_for_it_the_grant_is_only_forgotten) {
    CoreStage stage;
    stage.app.endpoints.deauthorize.clear();
    stage.restart();
    stage.log_in("smith");
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    cr_expect(stage.http.sent() == 0);
}

Test(book_removal, an_expired_access_token_is_refreshed_first) {
    CoreStage stage;
    stage.log_in("smith");
    stage.end();
    stage.clock.advance(2h);
    stage.start();
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    stage.let_refresh("A2");
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().url, "https://as.example/end");
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=A2");
    stage.http.answer(200, "");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
}

Test(book_removal, a_change_that_comes_between_hinders_no_fresh_token) {
    CoreStage stage;
    stage.log_in("smith");
    stage.end();
    stage.clock.advance(2h);
    stage.start();
    const Reply& removed = stage.remove("smith", kBookRemovalRevoke);
    stage.waited([&](Reply& to) { return stage.book->reseal("smith", CoreStage::answer_to<agent::Result<void>>(to)); });
    stage.let_refresh("A2");
    EXPECT_TEXT(removed.text, "");
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=A2");
    stage.http.answer(200, "");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(removed.text, "done");
}

Test(book_removal, an_access_token_that_is_refused_says_nothing_of_the_grant) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    stage.http.answer(401, R"({"error":"invalid_token"})");
    stage.let_refresh("A2");
    EXPECT_TEXT(reply.text, "");
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=A2");
    stage.http.answer(200, "");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
}

Test(book_removal, nor_does_one_that_cannot_be_refreshed) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& outage = stage.remove("smith", kBookRemovalRevoke);
    stage.http.answer(401, R"({"error":"invalid_token"})");
    stage.run(CoreStage::kAMoment);
    stage.be_down();
    stage.timers.turn();
    EXPECT_TEXT(outage.text, "temporarily_unavailable");

    const Reply& refused_again = stage.remove("smith", kBookRemovalRevoke);
    stage.http.answer(401, R"({"error":"invalid_token"})");
    stage.let_refresh("A2");
    stage.http.answer(401, R"({"error":"invalid_token"})");
    stage.timers.turn();
    EXPECT_TEXT(refused_again.text, "temporarily_unavailable");

    const Reply& dead = stage.remove("smith", kBookRemovalRevoke);
    stage.http.answer(401, R"({"error":"invalid_token"})");
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    stage.timers.turn();
    EXPECT_TEXT(dead.text, "done");
}

Test(book_removal, or_the_reason_is_told_why_not) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(2h);
    cr_assert(stage.http.open() == 1);
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    stage.be_down();
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "its access token has expired and was not refreshed: token request: HTTP 503");
    EXPECT_TEXT(stage.state("smith"), "stale#1");
}

Test(book_removal, without_the_app_only_locally) {
    CoreStage stage;
    stage.log_in("smith");
    stage.has_app = false;
    stage.restart();
    const Reply& revoked = stage.remove("smith", kBookRemovalRevoke);
    stage.timers.turn();
    EXPECT_TEXT(revoked.text, "temporarily_unavailable");
    EXPECT_CONTAINS(revoked.error.message, "its app firm is not registered");
    const Reply& forgotten = stage.remove("smith", kBookRemovalLocal);
    stage.timers.turn();
    EXPECT_TEXT(forgotten.text, "done");
}

Test(book_removal, a_damaged_account_only_locally) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.find_account("smith")->sealed.back() ^= std::byte{1};
    stage.restart();
    const Reply& revoked = stage.remove("smith", kBookRemovalRevoke);
    stage.timers.turn();
    EXPECT_TEXT(revoked.text, "temporarily_unavailable");
    EXPECT_CONTAINS(revoked.error.message, "damaged");
    const Reply& forgotten = stage.remove("smith", kBookRemovalLocal);
    stage.timers.turn();
    EXPECT_TEXT(forgotten.text, "done");
    cr_expect(stage.store.rows().empty());
}

Test(book_removal, waits_for_the_refresh_under_way_and_revokes_what_it_brought) {
    BookRemovalPlatform stage;
    stage.run(48min + CoreStage::kAMoment);
    cr_assert(stage.http.open() == 1);
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    stage.run(1s);
    cr_expect(stage.http.sent() == 1 && reply.answers == 0);
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=R2");
    stage.http.answer(200, "");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
}

Test(book_removal, revokes_the_newest_token_even_before_it_could_be_saved) {
    BookRemovalPlatform stage;
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    stage.store.disk_is_full();
    stage.give_tokens("A2", "R2");
    stage.timers.turn();
    EXPECT_TEXT(stage.state("smith"), "refreshing#1");
    stage.store.refuse(std::nullopt);
    const Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=R2");  // R1 is spent: revoking it would end nothing
    stage.http.answer(200, "");
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
}

Test(book_removal, answers_those_who_wait_for_the_account) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(1h + 1s);
    stage.be_down();
    stage.store.hold();
    const Reply& removal = stage.remove("smith", kBookRemovalLocal);
    const Reply& token = stage.ask("smith", 60s, 10min);
    const Reply& refresh = stage.refresh("smith", 10min);
    stage.run(1min);
    cr_expect(token.answers == 0 && refresh.answers == 0);
    cr_expect(stage.http.sent() == 1, "no refresh of what is being removed");
    stage.store.finish();
    EXPECT_TEXT(removal.text, "done");
    EXPECT_TEXT(token.text, "login_required");
    EXPECT_TEXT(refresh.text, "login_required");
    EXPECT_CONTAINS(token.error.message, "it was logged out");
}

Test(book_removal, whoever_waits_anew_in_a_callback_learns_that_it_is_gone) {
    CoreStage stage;
    stage.log_in("smith");
    stage.run(1h + 1s);
    stage.be_down();
    stage.store.hold();
    stage.remove("smith", kBookRemovalLocal);
    std::unique_ptr<agent::Waiting> again;
    std::string seen;
    const auto first = stage.book->refresh("smith", 10min, [&](const agent::Result<agent::AccountFacts>&) {
        again = stage.book->refresh("smith", 10min, [&](const agent::Result<agent::AccountFacts>& facts) {
            seen = agent::problem_kind(facts.error().code).name;
        });
    });
    stage.store.finish();
    stage.timers.turn();
    EXPECT_TEXT(seen, "not_found");
}

Test(book_removal, a_disk_that_refuses_keeps_the_account) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.disk_is_full();
    const Reply& reply = stage.remove("smith", kBookRemovalLocal);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.now("smith"), "A1#1");
    stage.store.refuse(std::nullopt);
    const Reply& again = stage.remove("smith", kBookRemovalLocal);
    stage.timers.turn();
    EXPECT_TEXT(again.text, "done");
}

Test(book_removal, other_changes_come_after_it) {
    CoreStage stage;
    stage.log_in("smith");
    const Reply& removal = stage.remove("smith", kBookRemovalRevoke);
    const Reply& second = stage.remove("smith", kBookRemovalRevoke);
    const Reply& login = stage.adopt("smith", 1h, "N1", "NR1");
    stage.timers.turn();
    cr_expect(second.answers == 0 && login.answers == 0);
    stage.http.answer(200, "");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(removal.text, "done");
    EXPECT_TEXT(second.text, "not_found");
    EXPECT_TEXT(login.text, "done");
    EXPECT_TEXT(stage.now("smith"), "N1#1");
}

Test(book_removal, one_that_waits_for_another_change_is_answered_in_time) {
    CoreStage stage;
    stage.log_in("smith");
    stage.store.hold();
    stage.adopt("smith", 1h, "N1", "NR1");
    for (const bool revoke : {kBookRemovalRevoke, kBookRemovalLocal}) {
        const Reply& removal = stage.remove("smith", revoke);
        stage.run(1min);
        EXPECT_TEXT(removal.text, "temporarily_unavailable");
        EXPECT_CONTAINS(removal.error.message, "another change is under way");
    }
    stage.store.release();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.now("smith"), "N1#2");
}

Test(book_removal, a_change_that_is_put_off_does_not_wait_for_a_held_refresh) {
    CoreStage stage;
    stage.log_in("smith");
    stage.book->pacer().hold(pacer_lane(*stage.apps->find(stage.book->facts("smith")->app)), 1h, "HTTP 429");
    const Reply& removal = stage.remove("smith", kBookRemovalRevoke);
    stage.refresh("smith");
    const Reply& login = stage.adopt("smith", 1h, "N1", "NR1");
    stage.be_down();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(removal.text, "temporarily_unavailable");
    EXPECT_TEXT(login.text, "done");
}

Test(book_removal, goes_on_when_nobody_waits_for_it) {
    CoreStage stage;
    stage.log_in("smith");
    Reply& reply = stage.remove("smith", kBookRemovalRevoke);
    reply.waiting.reset();
    stage.http.answer(200, "");
    stage.timers.turn();
    cr_expect(reply.answers == 0 && stage.store.rows().empty());
}

Test(book_removal, a_login_that_comes_between_hinders_none_that_waits_for_a_fresh_token) {
    for (const bool removed : {false, true}) {
        CoreStage stage;
        stage.options.pace.per_second = 0.001;  // the turn comes late
        stage.restart();
        stage.log_in("other");
        stage.log_in("smith");
        stage.run(1h + 1s);
        cr_assert(stage.book->status().queued == 1);
        const Reply& revoked = stage.remove("smith", kBookRemovalRevoke);
        const Reply& between =
            removed ? stage.remove("smith", kBookRemovalLocal) : stage.adopt("smith", 1h, "N1", "NR1");
        stage.timers.turn();
        EXPECT_TEXT(between.text, "done");
        if (!removed) stage.be_down();  // this was the refresh of `other`
        if (!removed) stage.http.answer(200, "");
        stage.timers.turn();
        EXPECT_TEXT(revoked.text, removed ? "not_found" : "done");
    }
}
