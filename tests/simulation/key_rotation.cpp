// SPDX-License-Identifier: Apache-2.0
#include "simulation/key_rotation.h"

#include <array>
#include <cstring>
#include <utility>

#include "core/accounts/account_record.h"
#include "core/keys/reseal_row.h"
#include "core/refresh/token_set.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr Duration kBetweenRotations = 24h * 6;  // on average

SealingKey draw_key(Random& random) {
    std::array<std::byte, SealingKey::kSize> raw{};
    const std::uint64_t bits = random.bits();
    std::memcpy(raw.data(), &bits, sizeof bits);
    return *SealingKey::from_raw(raw);
}

/// Why not all of the row opens with the sealer's keys.
Result<void> check(const Sealer& sealer, const StoredRow& row) {
    if (row.kind != StoredRow::Kind::kAccount) return {};
    AGENT_TRY(const AccountRecord record, open_account_record(sealer, row));
    AGENT_CHECK(open_token_set(sealer, record.tokens, row.name, row.generation));
    if (!record.previous_tokens.empty())
        AGENT_CHECK(open_token_set(sealer, record.previous_tokens, row.name, record.previous_generation));
    return {};
}

}  // namespace

KeyRotation::KeyRotation(const Surroundings& around, Timers& timers, SimStore& store, Sealer& stored, Sealer& in_use,
                         Findings& findings, Random random)
    : around_(around),
      timers_(timers),
      store_(store),
      keys_{.current = *stored.key().clone(), .previous = {}},
      stored_(stored),
      in_use_(in_use),
      findings_(findings),
      random_(random) {}

void KeyRotation::start() {
    rotate_some_time();
}

void KeyRotation::rotate_some_time() {
    around_.events.add(random_.interval(kBetweenRotations), EventQueue::Place::kMachine, [this] {
        rotate();
        rotate_some_time();
    });
}

void KeyRotation::rotate_soon() {
    around_.events.add(random_.magnitude(1ms, 1s), EventQueue::Place::kMachine, [this] { rotate(); });
}

void KeyRotation::load_keys() {
    in_use_ = keys_in_store();
}

Sealer KeyRotation::keys_in_store() const {
    std::optional<SealingKey> previous;
    if (keys_.previous) previous = *keys_.previous->clone();
    return Sealer(*keys_.current.clone(), std::move(previous));
}

void KeyRotation::go_on(Daemon& daemon) {
    if (!in_use_.has_previous()) return;
    resealing_.emplace(
        timers_, daemon.revised(), daemon.apps(), daemon.accounts(),
        [this](TokenStore::Done done) { return forget_previous(std::move(done)); },
        [this] {
            resealing_.reset();
            in_use_.forget_previous();
            ++around_.statistics[Count::kRotations];
            around_.trace.say("operator: the data key was rotated");
        });
}

void KeyRotation::crashed() {
    rotating_.reset();
    resealing_.reset();
}

void KeyRotation::rotate() {
    if (around_.daemon() == nullptr || rotating_ || around_.events.now() >= around_.scenario.faults.end) return;
    around_.trace.say("operator: rotates the data key");
    const auto next = std::make_shared<SealingKey>(draw_key(random_));
    rotating_ = store_.run(
        [this, next](SimStore::Rows&) -> Result<void> {
            if (stored_.has_previous()) return fail(Error::Code::kConflict, "a rotation is under way");
            keys_.previous = std::exchange(keys_.current, *next->clone());
            stored_ = keys_in_store();
            return {};
        },
        [this, next](const Result<void>& rotated) {
            const auto ended = std::move(rotating_);
            if (!rotated) return around_.trace.say("operator: ", rotated.error().message);
            in_use_.rotate(std::move(*next));
            go_on(*around_.daemon());
        });
}

std::unique_ptr<StoreCommit> KeyRotation::forget_previous(TokenStore::Done done) {
    return store_.run([this](SimStore::Rows& rows) { return reseal(rows); }, std::move(done));
}

Result<void> KeyRotation::reseal(SimStore::Rows& rows) {
    for (auto& [key, row] : rows) {
        auto resealed = reseal_row(stored_, row);
        if (!resealed) findings_.violated("record " + row.name + " opens with no key");
        if (resealed) row = *std::move(resealed);
    }
    keys_.previous.reset();
    stored_ = keys_in_store();
    for (const auto& [key, row] : rows) {
        if (const auto opens = check(stored_, row); !opens)
            findings_.violated("record " + row.name + " after a rotation: " + opens.error().message);
    }
    return {};
}

}  // namespace agent::sim
