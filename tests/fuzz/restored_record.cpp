// SPDX-License-Identifier: Apache-2.0
// A record of a backup that someone with the passphrase has forged: through restoring it next to a working account, and
// some hours of its life.
//
// Input: letters for the kind of the record, its name, its generation, the rotation, and for what follows: the plain
// text of the record, or only the facts in it, to which good tokens are added.
#include <array>
#include <optional>
#include <string>
#include <utility>

#include "base/bytes.h"
#include "core/accounts/account_record.h"
#include "core/backup/store_backups.h"
#include "core/refresh/token_set.h"
#include "core/store/seal_context.h"
#include "core_stage.h"
#include "target.h"

namespace {

constexpr std::array<std::uint64_t, 4> kGenerations{1, 2, 7, UINT64_MAX >> 1};
constexpr std::array<const char*, 2> kNames{"jones", "smith"};  // the second one is here already

agent::Sealer backup_key() {
    return agent::Sealer(*agent::SealingKey::from_raw(agent::as_bytes(std::string(agent::SealingKey::kSize, 'b'))));
}

std::string with_good_tokens(const agent::Sealer& sealer, std::string_view name, std::uint64_t generation,
                             std::string_view facts) {
    const agent::TokenSet tokens{.access_token = agent::SecretString(std::string_view("A9")),
                                 .refresh_token = agent::SecretString(std::string_view("R9"))};
    agent::SecretBuffer plain;
    agent::append_field(plain, facts);
    agent::append_field(plain, agent::as_text(agent::seal_token_set(sealer, tokens, name, generation)));
    agent::append_field(plain, "");
    return std::string(plain.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using Outcome = agent::RestoredRecord::Result;
    FuzzInput input(data, size);
    const bool is_app = input.pick(2) == 1;
    const std::string name = kNames[input.pick(kNames.size())];
    const std::uint64_t generation = kGenerations[input.pick(kGenerations.size())];
    const auto rotation = input.pick(2) == 0 ? agent::Rotation::kSingleUse : agent::Rotation::kReusable;
    const bool is_whole = is_app || input.pick(2) == 0;
    fuzz::CoreStage stage(rotation);
    stage.log_in("smith");
    const auto backup = std::make_shared<const agent::Sealer>(backup_key());
    const std::string plain =
        is_whole ? std::string(input.rest()) : with_good_tokens(*backup, name, generation, input.rest());
    agent::StoredRow row{
        .kind = is_app ? agent::StoredRow::Kind::kApp : agent::StoredRow::Kind::kAccount,
        .name = name,
        .generation = generation,
        .sealed = backup->seal(plain, agent::seal_context(is_app ? "app-record" : "account-record", name, generation))};

    agent::StoreBackups backups(stage.clock, stage.timers, stage.apps, stage.book);
    std::optional<std::vector<agent::RestoredRecord>> results;
    std::vector<agent::StoredRow> records;
    records.push_back(std::move(row));
    const auto waiting = backups.restore(backup, std::move(records), [&](std::vector<agent::RestoredRecord> restored) {
        results = std::move(restored);
    });
    for (int turns = 0; !results && turns < 20; ++turns) stage.timers.turn();
    FUZZ_ASSERT(results && results->size() == 1 && results->front().name == name);
    const Outcome outcome = results->front().result;
    const bool is_in = outcome == Outcome::kRestored || outcome == Outcome::kSetAside;

    // What works is never replaced, and a single-use refresh token is never used unasked.
    FUZZ_ASSERT(stage.book.facts("smith")->generation == 1);
    FUZZ_ASSERT(rotation == agent::Rotation::kReusable || stage.http.sent() == 0);
    FUZZ_ASSERT((stage.store.find_account("jones") != nullptr) == (is_in && !is_app && name == "jones"));
    for (int hour = 0; hour < 3; ++hour) {
        static_cast<void>(stage.book.token_now("jones", std::chrono::minutes(1)));
        static_cast<void>(stage.book.status());
        stage.timers.advance(std::chrono::hours(1));
        while (stage.http.open() > 0) stage.http.answer(503, "");
    }
    if (outcome == Outcome::kSetAside)
        FUZZ_ASSERT(stage.book.facts("jones")->state == agent::AccountState::kLoginRequired);
    return 0;
}
