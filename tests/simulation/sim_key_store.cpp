// SPDX-License-Identifier: Apache-2.0
#include "simulation/sim_key_store.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "core/accounts/account_record.h"
#include "core/apps/app_registry.h"
#include "core/keys/reseal_row.h"
#include "core/refresh/token_set.h"

namespace agent::sim {

namespace {

constexpr std::int64_t kFileSlot = 1;

SealingKey file_key() {
    std::array<std::byte, SealingKey::kSize> raw{};
    raw.fill(std::byte{'f'});
    return *SealingKey::from_raw(raw);
}

/// Why not all of the row opens with the sealer's keys.
Result<void> check(const Sealer& sealer, const StoredRow& row) {
    if (row.kind == StoredRow::Kind::kApp) {
        AGENT_CHECK(open_app(sealer, row));
        return {};
    }
    if (row.kind != StoredRow::Kind::kAccount) return {};
    AGENT_TRY(const AccountRecord record, open_account_record(sealer, row));
    AGENT_CHECK(open_token_set(sealer, record.tokens, row.name, row.generation));
    if (!record.previous_tokens.empty())
        AGENT_CHECK(open_token_set(sealer, record.previous_tokens, row.name, record.previous_generation));
    return {};
}

}  // namespace

SimKeyStore::SimKeyStore(SimStore& store, Sealer& stored, Findings& findings)
    : store_(store), stored_(stored), findings_(findings) {
    slots_.store = "/simulated/store.db";
    slots_.store_id = "simulated";
    if (!make(stored.key(), {.id = 0, .kind = SlotKind::kFile, .source = "/key", .made_at = {}, .kdf = {}}, {},
              file_key()))
        std::abort();
}

DataKeys SimKeyStore::open_with_file() const {
    auto keys = slots_.open_again(kFileSlot, file_key());
    if (!keys) findings_.violated("the key file does not open the store: " + keys.error().message);
    if (!keys) std::abort();
    return *std::move(keys);
}

std::string SimKeyStore::why_closed(std::int64_t slot, const SealingKey& key) const {
    const auto keys = slots_.open_again(slot, key);
    if (!keys) return keys.error().message;
    return fingerprint(keys->current) == fingerprint(stored_.key()) ? "" : "it has another data key than the store";
}

template <class T>
std::unique_ptr<StoreCommit> SimKeyStore::start(std::function<Result<T>(SimStore::Rows&)> job,
                                                std::function<void(Result<T>)> done) {
    const auto result = std::make_shared<std::optional<Result<T>>>();
    return store_.run(
        [result, job = std::move(job)](SimStore::Rows& rows) -> Result<void> {
            *result = job(rows);
            return **result ? Result<void>() : tl::unexpected((*result)->error());
        },
        [result, done = std::move(done)](const Result<void>& ran) {
            done(ran ? std::move(**result) : Result<T>(tl::unexpected(ran.error())));
        });
}

std::unique_ptr<StoreCommit> SimKeyStore::read(std::function<void(Result<KeySlots>)> done) {
    const auto slots = std::make_shared<KeySlots>();
    return store_.look(
        [this, slots](SimStore::Rows&) -> Result<void> {
            *slots = slots_;
            return {};
        },
        [slots, done = std::move(done)](const Result<void>&) { done(std::move(*slots)); });
}

std::unique_ptr<StoreCommit> SimKeyStore::add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                              std::function<void(Result<std::int64_t>)> done) {
    return start<std::int64_t>([=, this](SimStore::Rows&) { return make(*data_key, facts, salt, *slot_key); },
                               std::move(done));
}

Result<std::int64_t> SimKeyStore::make(const SealingKey& data_key, KeySlotFacts facts, Bytes salt,
                                       const SealingKey& slot_key) {
    facts.id = last_id_ + 1;
    AGENT_TRY(KeySlot slot, slots_.make(data_key, std::move(facts), std::move(salt), slot_key));
    slots_.slots.push_back(std::move(slot));
    return ++last_id_;
}

std::unique_ptr<StoreCommit> SimKeyStore::remove(std::int64_t id, Done done) {
    return store_.run(
        [this, id](SimStore::Rows&) -> Result<void> {
            if (slots_.slots.size() == 1) return fail(Error::Code::kConflict, "simulated store: the last slot");
            const auto removed = std::erase_if(slots_.slots, [&](const KeySlot& slot) { return slot.facts.id == id; });
            if (removed == 0) return fail(Error::Code::kNotFound, "simulated store: no such slot");
            return {};
        },
        std::move(done));
}

std::unique_ptr<StoreCommit> SimKeyStore::rotate(Key current, Key next, Done done) {
    return store_.run(
        [this, current = std::move(current), next = std::move(next)](SimStore::Rows&) -> Result<void> {
            AGENT_CHECK(slots_.rotate(*current, *next));
            stored_ = Sealer(*next->clone(), *current->clone());
            return {};
        },
        std::move(done));
}

std::unique_ptr<StoreCommit> SimKeyStore::forget_previous(Key current,
                                                          std::function<void(Result<std::vector<std::string>>)> done) {
    return start<std::vector<std::string>>(
        [this, current = std::move(current)](SimStore::Rows& rows) { return reseal(rows, *current); }, std::move(done));
}

Result<std::vector<std::string>> SimKeyStore::reseal(SimStore::Rows& rows, const SealingKey& current) {
    AGENT_TRY(DataKeys keys, slots_.open_with(*current.clone()));
    const Sealer both(std::move(keys.current), std::move(keys.previous));
    for (auto& [key, row] : rows) {
        auto resealed = reseal_row(both, row);
        if (!resealed) findings_.violated("record " + row.name + " opens with no key");
        if (resealed) row = *std::move(resealed);
    }
    slots_.sealed_previous.clear();
    stored_ = Sealer(*current.clone());
    for (const auto& [key, row] : rows) {
        if (const auto opens = check(stored_, row); !opens)
            findings_.violated("record " + row.name + " after a rotation: " + opens.error().message);
    }
    return std::vector<std::string>();
}

}  // namespace agent::sim
