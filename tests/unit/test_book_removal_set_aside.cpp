// SPDX-License-Identifier: Apache-2.0
// A logout of an account that needs a login: Clio is asked to end a grant that may live, and no other.
#include <algorithm>

#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::AccountRecord;
using agent::Product;
using agent::Rotation;
using agent::SecretString;

namespace {

constexpr bool kBookRemovalSetAsideRevoke = true;

void put_aside(CoreStage& stage, const char* moved_to = "") {
    const Reply& aside = stage.waited([&](Reply& to) {
        return stage.book->set_aside("smith", "it may be older than it was", moved_to,
                                     CoreStage::answer_to<agent::Result<void>>(to));
    });
    stage.timers.turn();
    EXPECT_TEXT(aside.text, "done");
}

struct BookRemovalSetAsidePlatform : CoreStage {
    BookRemovalSetAsidePlatform() : CoreStage(Rotation::kSingleUse, Product::kPlatform) { log_in("smith"); }
};

/// The access token, which ends the grant there, has expired.
struct ExpiredManage : CoreStage {
    ExpiredManage() {
        log_in("smith");
        put_aside(*this);
        run(2h);
        cr_assert(http.sent() == 0);
    }
};

void expect_logged_out(CoreStage& stage, const Reply& reply) {
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.state("smith"), "not_found");
    cr_expect(stage.store.find_account("smith") == nullptr);
}

}  // namespace

Test(book_removal_set_aside, ends_its_grant) {
    for (const bool restarted : {false, true}) {
        BookRemovalSetAsidePlatform stage;
        put_aside(stage);
        if (restarted) stage.restart();
        const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
        cr_assert(stage.http.open() == 1);
        EXPECT_TEXT(stage.http.last().url, "https://as.example/end");
        EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=R1");
        stage.http.answer(200, "");
        expect_logged_out(stage, reply);
    }
}

Test(book_removal_set_aside, is_kept_when_the_grant_could_not_be_ended) {
    BookRemovalSetAsidePlatform stage;
    put_aside(stage);
    const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
    stage.be_down();
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "the grant could not be ended");
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
}

Test(book_removal_set_aside, ends_its_grant_with_an_access_token_that_lives) {
    CoreStage stage;
    stage.log_in("smith");
    put_aside(stage);
    const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().authorization.reveal(), "Bearer A1");
    stage.http.answer(200, "");
    expect_logged_out(stage, reply);
}

Test(book_removal_set_aside, or_with_a_fresh_one) {
    ExpiredManage stage;
    const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
    stage.let_refresh("A2");
    cr_assert(stage.http.open() == 1);
    EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=A2");
    stage.http.answer(200, "");
    expect_logged_out(stage, reply);
}

Test(book_removal_set_aside, has_nothing_to_end_when_clio_refuses_the_grant) {
    ExpiredManage stage;
    const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
    stage.run(CoreStage::kAMoment);
    stage.say_invalid_grant();
    expect_logged_out(stage, reply);
    cr_expect(stage.http.sent() == 1);
}

Test(book_removal_set_aside, stays_aside_when_no_fresh_token_comes) {
    for (const char* end : {"down", "silent"}) {
        ExpiredManage stage;
        const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
        stage.run(CoreStage::kAMoment);
        if (*end == 's') stage.run(30s);
        EXPECT_TEXT(reply.text, *end == 's' ? "temporarily_unavailable" : "");
        stage.be_down();
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(reply.text, "temporarily_unavailable");
        for (int start = 0; start < 2; ++start) {
            EXPECT_TEXT(stage.state("smith"), "login_required#1");
            EXPECT_TEXT(stage.reason("smith"), "it may be older than it was");
            stage.run(24h);
            cr_expect(stage.http.sent() == 1, "nothing is sent by itself");
            stage.restart();
        }
    }
}

Test(book_removal_set_aside, stays_aside_when_the_turn_of_its_refresh_does_not_come) {
    ExpiredManage stage;
    stage.log_in("jones");
    stage.refresh("jones");
    stage.run(CoreStage::kAMoment);
    stage.http.answer(429, "", "text/plain", 1h);
    const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
    stage.run(1s);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_CONTAINS(reply.error.message, "HTTP 429");
    stage.remove("jones", /*revoke=*/false);
    stage.run(2h);
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    cr_expect(stage.http.sent() == 1, "the refresh was given up with the logout");
}

Test(book_removal_set_aside, is_only_forgotten_when_it_was_moved_away) {
    BookRemovalSetAsidePlatform stage;
    put_aside(stage, "B1");
    stage.restart();
    const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
    expect_logged_out(stage, reply);
    cr_expect(stage.http.sent() == 0, "somebody goes on with this grant elsewhere");
}

Test(book_removal_set_aside, is_only_forgotten_when_clio_has_refused_it_before) {
    for (const bool tried_again : {false, true}) {
        BookRemovalSetAsidePlatform stage;
        put_aside(stage);
        stage.revive("smith");
        stage.run(CoreStage::kAMoment);
        stage.say_invalid_grant();
        stage.timers.turn();
        stage.restart();
        if (tried_again) {
            stage.revive("smith");
            stage.run(CoreStage::kAMoment);
            stage.say_invalid_grant();
            stage.timers.turn();
        }
        const std::size_t sent = stage.http.sent();
        const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
        expect_logged_out(stage, reply);
        cr_expect(stage.http.sent() == sent);
    }
}

Test(book_removal_set_aside, ends_a_grant_that_was_restored) {
    for (const bool dead : {false, true}) {
        CoreStage stage(Rotation::kSingleUse, Product::kPlatform);
        const agent::WallTime now = stage.clock.now();
        AccountRecord record;
        record.name = "smith";
        record.app = "firm";
        record.life = {.state = agent::State::kLoginRequired,
                       .grant_dead = dead,
                       .generation = 3,
                       .obtained_at = now,
                       .expires_at = now + 1h,
                       .refresh_at = now + 48min,
                       .retry_at = {},
                       .reason = "restored"};
        stage.waited([&](Reply& to) {
            return stage.book->restore_from_backup(
                std::move(record), {.access_token = SecretString("B"), .refresh_token = SecretString("S")},
                CoreStage::answer_to<agent::Result<void>>(to));
        });
        stage.timers.turn();
        stage.restart();
        const Reply& reply = stage.remove("smith", kBookRemovalSetAsideRevoke);
        if (!dead) {
            cr_assert(stage.http.open() == 1);
            EXPECT_TEXT(stage.http.last().form_body.reveal(), "token=S");
            stage.http.answer(200, "");
        }
        expect_logged_out(stage, reply);
        cr_expect(stage.http.sent() == (dead ? 0 : 1));
    }
}
