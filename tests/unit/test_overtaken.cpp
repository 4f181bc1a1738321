// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/overtaken.h"

#include <string>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/sealing.h"

using namespace agent;
using fakes::need_sealing;

namespace {

const Sealer& records_sealer() {
    static const Sealer kSealer(*SealingKey::from_raw(as_bytes(std::string(SealingKey::kSize, 'k'))));
    return kSealer;
}

/// As it was read: generation 4, in the middle of a refresh.
AccountRecord ours() {
    AccountRecord record;
    record.name = "smith";
    record.life.generation = 4;
    record.life.state = State::kSavingIntent;
    record.version = 1;
    return record;
}

StoredRow stored(
    std::uint64_t generation, const std::function<void(Life&)>& change = [](Life&) {}) {
    AccountRecord record = ours();
    record.life.generation = generation;
    record.life.state = State::kReady;
    change(record.life);
    return seal_account_record(records_sealer(), record);
}

/// "again" or what ends the refresh, and the generation to go on with.
std::string judged(bool has_new_tokens, const std::optional<StoredRow>& present) {
    const auto result = judge_overtaken(records_sealer(), ours(), has_new_tokens, present);
    if (!result) return "unreadable";
    cr_expect(result->record.version == (present ? present->version : 0));
    cr_expect(result->record.life.state == State::kSavingIntent, "what ends the refresh changes it");
    return (result->end ? std::string(to_string(*result->end)) : "again") + " " +
           std::to_string(result->record.life.generation);
}

}  // namespace

TestSuite(overtaken, .init = need_sealing);

Test(overtaken, what_is_gone_or_older_is_written_over) {
    EXPECT_TEXT(judged(false, std::nullopt), "again 4");
    EXPECT_TEXT(judged(false, stored(3)), "again 4");
    EXPECT_TEXT(judged(true, stored(4)), "again 4");
}

Test(overtaken, what_says_no_more_than_ours_is_written_over) {
    EXPECT_TEXT(judged(false, stored(4)), "again 4");
}

Test(overtaken, tokens_of_another_end_the_refresh) {
    EXPECT_TEXT(judged(false, stored(5)), "newer_found 5");
    EXPECT_TEXT(judged(true, stored(5)), "newer_found 5");
}

Test(overtaken, an_intent_or_a_verdict_of_another_ends_the_refresh) {
    EXPECT_TEXT(judged(false, stored(4, [](Life& life) { life.intent_saved = true; })), "intent_found 4");
    EXPECT_TEXT(judged(false, stored(4, [](Life& life) { life.state = State::kLoginRequired; })), "set_aside 4");
}

Test(overtaken, an_intent_of_another_for_the_spent_generation_does_not_cost_new_tokens) {
    EXPECT_TEXT(judged(true, stored(4, [](Life& life) { life.intent_saved = true; })), "again 4");
}

Test(overtaken, what_does_not_open_is_not_written_over) {
    StoredRow row = stored(5);
    row.sealed.back() ^= std::byte{1};
    EXPECT_TEXT(judged(false, row), "unreadable");
    EXPECT_TEXT(judged(true, row), "unreadable");
}
