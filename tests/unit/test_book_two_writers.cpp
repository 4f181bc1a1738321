// SPDX-License-Identifier: Apache-2.0
// Another program writes the record of an account: what it has written counts, and no newer token is lost.
#include "core/refresh/refresh_timing.h"
#include "unit/core_stage.h"

using namespace std::chrono_literals;
using agent::AccountRecord;
using agent::State;

namespace {

struct BookTwoWritersStage : CoreStage {
    BookTwoWritersStage() : CoreStage(agent::Rotation::kSingleUse, agent::Product::kPlatform) { log_in("smith"); }

    AccountRecord stored() { return *agent::open_account_record(sealer, *store.find_account("smith")); }
    void store_as_another(const AccountRecord& record) {
        *store.find_account("smith") = agent::seal_account_record(sealer, record);
    }
    void store_tokens_as_another(const char* access, const char* refresh, std::uint64_t generation) {
        AccountRecord record = stored();
        record.life.intent_saved = false;
        record.life.obtained_at = clock.now();
        record.life.expires_at = clock.now() + 1h;
        record.life.refresh_at = clock.now() + 48min;
        agent::set_tokens(record,
                          {.access_token = agent::SecretString(std::string_view(access)),
                           .refresh_token = agent::SecretString(std::string_view(refresh))},
                          generation, sealer);
        store_as_another(record);
    }
    void store_intent_as_another() {
        AccountRecord record = stored();
        record.life.intent_saved = true;
        store_as_another(record);
    }
    void begin_request() {
        refresh("smith");
        run(kAMoment);
        cr_assert(http.open() == 1);
    }
};

}  // namespace

Test(book_two_writers, tokens_that_another_has_refreshed_are_taken) {
    BookTwoWritersStage stage;
    stage.store_tokens_as_another("A2", "R2", 2);
    const Reply& reply = stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(reply.text, "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    cr_expect(stage.http.sent() == 0, "nothing was asked");
    EXPECT_TEXT(stage.book->status().store_error, "");
    stage.refresh("smith");
    stage.let_refresh("A3", "R3");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R2");
    EXPECT_TEXT(stage.state("smith"), "ready#3");
}

Test(book_two_writers, no_request_is_sent_beside_that_of_another) {
    BookTwoWritersStage stage;
    stage.store_intent_as_another();
    stage.refresh("smith");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "unknown_outcome#1");
    cr_expect(stage.http.sent() == 0);
    EXPECT_CONTAINS(stage.reason("smith"), "another program has begun a refresh");
    // Not while that other may still wait for its answer. Then it makes an intent of its own, which that one has to
    // respect.
    const auto version = stage.stored().version;
    stage.run(agent::kLongestForeignRefresh - 1min);
    cr_expect(stage.http.sent() == 0);
    stage.run(10min);
    cr_assert(stage.http.open() == 1);
    cr_expect(stage.stored().version != version);
}

Test(book_two_writers, what_another_has_sent_may_have_spent_the_token) {
    BookTwoWritersStage stage;
    stage.store_intent_as_another();
    stage.refresh("smith");
    stage.run(agent::kLongestForeignRefresh + 1min);
    cr_assert(stage.http.open() == 1);
    stage.say_invalid_grant();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_CONTAINS(stage.reason("smith"), "the answer to a refresh was lost, and the new refresh token with it");
}

Test(book_two_writers, what_another_has_set_aside_is_not_used) {
    BookTwoWritersStage stage;
    AccountRecord record = stage.stored();
    record.life.state = State::kLoginRequired;
    record.life.reason = "moved away";
    stage.store_as_another(record);
    stage.refresh("smith");
    stage.run(10min);
    EXPECT_TEXT(stage.state("smith"), "login_required#1");
    EXPECT_TEXT(stage.reason("smith"), "moved away");
    cr_expect(stage.http.sent() == 0);
}

Test(book_two_writers, the_same_contents_written_again_delay_nothing) {
    BookTwoWritersStage stage;
    AccountRecord record = stage.stored();
    record.user = agent::ClioUser{.id = 7, .name = "Smith", .email = {}};
    stage.store_as_another(record);
    const Reply& reply = stage.refresh("smith");
    stage.let_refresh("A2", "R2");
    EXPECT_TEXT(reply.text, "ready#2");
    cr_expect(stage.stored().user && stage.stored().user->id == 7, "and what it has written is kept");
}

Test(book_two_writers, received_tokens_are_kept_while_their_parent_is_the_newest) {
    BookTwoWritersStage stage;
    stage.begin_request();
    AccountRecord record = stage.stored();
    record.life.state = State::kLoginRequired;
    stage.store_as_another(record);
    stage.give_tokens("A2", "R2");
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    cr_expect(stage.stored().life.generation == 2);
}

Test(book_two_writers, received_tokens_never_replace_newer_ones) {
    for (const std::uint64_t generation : {2U, 5U}) {
        BookTwoWritersStage stage;
        stage.begin_request();
        stage.store_tokens_as_another("B2", "S2", generation);
        stage.give_tokens("A2", "R2");
        stage.run(CoreStage::kAMoment);
        EXPECT_TEXT(stage.now("smith"), "B2#" + std::to_string(generation));
        EXPECT_TEXT(stage.state("smith"), "ready#" + std::to_string(generation));
        cr_expect(stage.stored().life.generation == generation);
    }
}

Test(book_two_writers, a_refusal_of_a_token_that_another_has_replaced_is_no_verdict) {
    BookTwoWritersStage stage;
    stage.begin_request();
    stage.store_tokens_as_another("A2", "R2", 2);
    stage.say_invalid_grant();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    stage.restart();
    EXPECT_TEXT(stage.state("smith"), "ready#2");
}

Test(book_two_writers, a_record_that_vanished_is_written_again) {
    BookTwoWritersStage stage;
    stage.store.rows().clear();
    const Reply& reply = stage.refresh("smith");
    stage.let_refresh("A2", "R2");
    EXPECT_TEXT(reply.text, "ready#2");
    cr_expect(stage.stored().life.generation == 2);
}

Test(book_two_writers, an_older_record_is_written_over) {
    BookTwoWritersStage stage;
    const agent::StoredRow old = *stage.store.find_account("smith");
    stage.refresh("smith");
    stage.let_refresh("A2", "R2");
    *stage.store.find_account("smith") = old;
    stage.refresh("smith");
    stage.let_refresh("A3", "R3");
    EXPECT_TEXT(stage.last_refresh_token_sent(), "R2");
    EXPECT_TEXT(stage.state("smith"), "ready#3");
    cr_expect(stage.stored().life.generation == 3);
}

Test(book_two_writers, a_store_that_is_never_as_it_was_read_is_left_alone_for_a_while) {
    BookTwoWritersStage stage;
    stage.store.refuse(agent::Error{.code = agent::Error::Code::kConflict, .message = "fake store: changed"});
    const auto before = stage.store.log().size();
    const Reply& reply = stage.refresh("smith");
    stage.run(500ms);
    EXPECT_TEXT(reply.text, "temporarily_unavailable");
    EXPECT_TEXT(stage.state("smith"), "stale#1");
    cr_expect(stage.store.log().size() - before < 20, "%zu", stage.store.log().size() - before);
    stage.store.refuse(std::nullopt);
    stage.run(10min);
    cr_expect(stage.http.open() == 1, "it heals");
}

Test(book_two_writers, a_change_that_was_refused_can_be_made_when_it_is_tried_again) {
    BookTwoWritersStage stage;
    stage.store_tokens_as_another("A2", "R2", 2);
    const auto set_aside = [&]() -> Reply& {
        return stage.waited([&](Reply& to) {
            return stage.book->set_aside("smith", "why", "", CoreStage::answer_to<agent::Result<void>>(to));
        });
    };
    const Reply& refused = set_aside();
    stage.timers.turn();
    EXPECT_TEXT(refused.text, "conflict");
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
    const Reply& again = set_aside();
    stage.timers.turn();
    EXPECT_TEXT(again.text, "done");
    EXPECT_TEXT(stage.state("smith"), "login_required#2");
}

Test(book_two_writers, a_login_into_an_account_that_another_has_added_finds_it) {
    BookTwoWritersStage stage;
    agent::StoredRow row = *stage.store.find_account("smith");
    AccountRecord jones = stage.stored();
    jones.name = "jones";
    agent::set_tokens(jones,
                      {.access_token = agent::SecretString(std::string_view("J1")),
                       .refresh_token = agent::SecretString(std::string_view("K1"))},
                      1, stage.sealer);
    stage.store.rows()[{row.kind, "jones"}] = agent::seal_account_record(stage.sealer, jones);
    const Reply& refused = stage.adopt("jones", 1h, "J2", "K2");
    stage.timers.turn();
    EXPECT_TEXT(refused.text, "conflict");
    EXPECT_TEXT(stage.now("jones"), "J1#1");
    stage.log_in("jones", 1h, "J2", "K2");
    EXPECT_TEXT(stage.now("jones"), "J2#2");
}

Test(book_two_writers, what_another_has_removed_is_removed) {
    BookTwoWritersStage stage;
    stage.store.rows().clear();
    const Reply& reply = stage.remove("smith", /*revoke=*/false);
    stage.timers.turn();
    EXPECT_TEXT(reply.text, "done");
    EXPECT_TEXT(stage.state("smith"), "not_found");
}

Test(book_two_writers, what_is_read_after_a_verdict_disturbs_no_change) {
    BookTwoWritersStage stage;
    stage.begin_request();
    stage.store.hold();
    stage.say_invalid_grant();
    stage.store_tokens_as_another("A2", "R2", 2);
    stage.store.finish();  // the verdict: refused, so the record is read
    stage.revive("smith");
    stage.run(CoreStage::kAMoment);
    stage.store.release();
    stage.run(CoreStage::kAMoment);
    EXPECT_TEXT(stage.state("smith"), "ready#2");
    EXPECT_TEXT(stage.now("smith"), "A2#2");
}
