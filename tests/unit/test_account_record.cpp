// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_record.h"

#include "base/bytes.h"
#include "core/store/seal_context.h"
#include "expect.h"
#include "fakes/sealing.h"

using agent::AccountRecord;
using agent::Bytes;
using agent::Sealer;
using agent::SealingKey;
using agent::State;
using agent::StoredRow;
using agent::WallTime;
using namespace std::chrono_literals;
using fakes::need_sealing;
using fakes::sealer_of;

namespace {

Bytes bytes_of(std::string_view text) {
    const auto bytes = agent::as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

AccountRecord full_record() {
    AccountRecord record;
    record.name = "smith";
    record.app = "firm";
    record.user = agent::ClioUser{.id = 42, .name = "Jane \"J\" Doe", .email = "jane@example.com"};
    record.life = {.state = State::kReady,
                   .answer_lost_before = true,
                   .generation = 7,
                   .obtained_at = WallTime(1000ms),
                   .expires_at = WallTime(2001ms),
                   .refresh_at = WallTime(1802ms),
                   .retry_at = {},
                   .reason = {}};
    record.last_refresh = WallTime(1003ms);
    record.tokens = bytes_of(std::string_view("sealed\0tokens", 13));
    record.previous_tokens = bytes_of("previous");
    record.previous_generation = 6;
    record.moved_to = "0123456789abcdef";
    return record;
}

AccountRecord stored_and_read(const AccountRecord& record) {
    const Sealer sealer = sealer_of('k');
    auto read = agent::open_account_record(sealer, agent::seal_account_record(sealer, record));
    cr_assert(read, "%s", read.error().message.c_str());
    return *std::move(read);
}

}  // namespace

TestSuite(account_record, .init = need_sealing);

Test(account_record, reads_as_it_was_written) {
    const AccountRecord record = full_record();
    const AccountRecord read = stored_and_read(record);
    EXPECT_TEXT(read.name, "smith");
    EXPECT_TEXT(read.app, "firm");
    cr_assert(read.user.has_value());
    cr_expect(read.user->id == 42);
    EXPECT_TEXT(read.user->name, "Jane \"J\" Doe");
    EXPECT_TEXT(read.user->email, "jane@example.com");
    cr_expect(read.life.state == State::kReady && read.life.generation == 7 && !read.life.intent_saved);
    cr_expect(read.life.answer_lost_before && !read.life.answer_lost);
    cr_expect(read.life.obtained_at == record.life.obtained_at && read.life.expires_at == record.life.expires_at &&
              read.life.refresh_at == record.life.refresh_at);
    cr_expect(read.last_refresh == record.last_refresh);
    cr_expect(read.tokens == record.tokens && read.previous_tokens == record.previous_tokens);
    cr_expect(read.previous_generation == 6);
    EXPECT_TEXT(read.moved_to, "0123456789abcdef");
}

Test(account_record, what_is_absent_stays_absent) {
    AccountRecord record = full_record();
    record.user.reset();
    record.last_refresh.reset();
    record.previous_tokens.clear();
    record.previous_generation = 0;
    const AccountRecord read = stored_and_read(record);
    cr_expect_not(read.user.has_value() || read.last_refresh.has_value());
    cr_expect(read.previous_tokens.empty() && read.previous_generation == 0);
}

Test(account_record, keeps_the_intent_and_the_verdict_and_no_passing_state) {
    AccountRecord record = full_record();
    record.life.reason = "HTTP 503";
    for (const State passing : {State::kSavingIntent, State::kRequesting, State::kSavingTokens, State::kTokensUnsaved,
                                State::kStale, State::kUnknownOutcome}) {
        record.life.state = passing;
        const AccountRecord read = stored_and_read(record);
        cr_expect(read.life.state == State::kReady);
        EXPECT_TEXT(read.life.reason, "");
    }
    record.life.intent_saved = true;
    cr_expect(stored_and_read(record).life.intent_saved);

    record.life.state = State::kLoginRequired;
    record.life.reason = "HTTP 400 invalid_grant";
    const AccountRecord read = stored_and_read(record);
    cr_expect(read.life.state == State::kLoginRequired && read.life.intent_saved);
    EXPECT_TEXT(read.life.reason, "HTTP 400 invalid_grant");
}

Test(account_record, keeps_whether_clio_has_refused_the_grant) {
    for (const bool dead : {false, true}) {
        AccountRecord record = full_record();
        record.life.grant_dead = dead;
        cr_expect_not(stored_and_read(record).life.grant_dead, "only beside the verdict");
        record.life.state = State::kLoginRequired;
        cr_expect(stored_and_read(record).life.grant_dead == dead);
    }
}

Test(account_record, an_older_record_does_not_tell_whether_its_grant_is_dead) {
    agent::SecretBuffer plain;
    agent::append_field(plain, R"({"app":"firm","obtained_at":1,"expires_at":2,"refresh_at":2,"intent":false,)"
                               R"("answer_lost_before":false,"login_required":true,"reason":"invalid_grant",)"
                               R"("previous_generation":0})");
    agent::append_field(plain, "tokens");
    agent::append_field(plain, "");
    const Sealer sealer = sealer_of('k');
    const StoredRow row{.kind = StoredRow::Kind::kAccount,
                        .name = "smith",
                        .generation = 7,
                        .sealed = sealer.seal(plain.view(), agent::seal_context("account-record", "smith", 7))};
    const auto read = agent::open_account_record(sealer, row);
    cr_assert(read, "%s", read.error().message.c_str());
    cr_expect(read->life.state == State::kLoginRequired && !read->life.grant_dead);
}

Test(account_record, the_row_says_only_whose_it_is) {
    const StoredRow row = agent::seal_account_record(sealer_of('k'), full_record());
    cr_expect(row.kind == StoredRow::Kind::kAccount && row.generation == 7);
    EXPECT_TEXT(row.name, "smith");
    const std::string bytes(reinterpret_cast<const char*>(row.sealed.data()), row.sealed.size());
    for (const char* inside : {"firm", "Jane", "sealed"})
        cr_expect(bytes.find(inside) == std::string::npos, "%s", inside);
}

Test(account_record, opens_for_nobody_else) {
    const Sealer sealer = sealer_of('k');
    const StoredRow good = agent::seal_account_record(sealer, full_record());
    StoredRow renamed = good;
    renamed.name = "jones";
    StoredRow older = good;
    older.generation = 6;
    for (const StoredRow& row : {renamed, older}) {
        const auto opened = agent::open_account_record(sealer, row);
        cr_assert_not(opened);
        cr_expect(opened.error().code == agent::Error::Code::kInternal);
    }
    cr_expect_not(agent::open_account_record(sealer_of('l'), good));
    // Sealed for something else of the same name.
    StoredRow other = good;
    other.sealed = sealer.seal("{}", agent::seal_context("token-set", "smith", 7));
    cr_expect_not(agent::open_account_record(sealer, other));
}

Test(account_record, one_flipped_bit_is_refused) {
    const Sealer sealer = sealer_of('k');
    const StoredRow good = agent::seal_account_record(sealer, full_record());
    for (std::size_t i = 0; i < good.sealed.size(); ++i) {
        StoredRow damaged = good;
        damaged.sealed[i] ^= std::byte{0x80};
        cr_expect_not(agent::open_account_record(sealer, damaged), "byte %zu", i);
    }
}

Test(account_record, another_form_is_refused) {
    const Sealer sealer = sealer_of('k');
    const std::string_view plains[] = {
        "", {"\2\0\0\0{}", 6}, {"\2\0\0\0{}\0\0\0\0\0\0\0\0", 14}, {"\1\0\0\0{\0\0\0\0\0\0\0\0", 13}};
    for (const std::string_view plain : plains) {
        const StoredRow row{.kind = StoredRow::Kind::kAccount,
                            .name = "smith",
                            .generation = 7,
                            .sealed = sealer.seal(plain, agent::seal_context("account-record", "smith", 7))};
        cr_expect_not(agent::open_account_record(sealer, row));
    }
}

Test(account_record, a_time_that_no_clock_shows_is_refused) {
    const Sealer sealer = sealer_of('k');
    AccountRecord record = full_record();
    for (const auto time : {WallTime::min(), WallTime(-1ms), WallTime::max()}) {
        record.life.refresh_at = time;
        cr_expect_not(agent::open_account_record(sealer, agent::seal_account_record(sealer, record)));
    }
}
