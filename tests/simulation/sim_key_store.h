// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "core/keys/key_store.h"
#include "simulation/findings.h"
#include "simulation/sim_store.h"

namespace agent::sim {

/// The key slots on the machine's disk. Each job is one transaction there, between those of the records. Whenever a key
/// is forgotten, each record must open without it.
class SimKeyStore : public KeyStore {
  public:
    /// `stored` are the data keys that the slots hold, from now on.
    SimKeyStore(SimStore& store, Sealer& stored, Findings& findings);

    /// The data keys, by the key file, as a process finds them when it begins.
    [[nodiscard]] DataKeys open_with_file() const;
    /// Why a slot does not open the store; empty if it does.
    [[nodiscard]] std::string why_closed(std::int64_t slot, const SealingKey& key) const;

    [[nodiscard]] std::unique_ptr<StoreCommit> read(std::function<void(Result<KeySlots>)> done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                                   std::function<void(Result<std::int64_t>)> done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> remove(std::int64_t id, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> rotate(Key current, Key next, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> forget_previous(
        Key current, std::function<void(Result<std::vector<std::string>>)> done) override;

  private:
    template <class T>
    [[nodiscard]] std::unique_ptr<StoreCommit> start(std::function<Result<T>(SimStore::Rows&)> job,
                                                     std::function<void(Result<T>)> done);
    [[nodiscard]] Result<std::int64_t> make(const SealingKey& data_key, KeySlotFacts facts, Bytes salt,
                                            const SealingKey& slot_key);
    [[nodiscard]] Result<std::vector<std::string>> reseal(SimStore::Rows& rows, const SealingKey& current);

    SimStore& store_;
    Sealer& stored_;
    Findings& findings_;
    KeySlots slots_;
    std::int64_t last_id_ = 0;
};

}  // namespace agent::sim
