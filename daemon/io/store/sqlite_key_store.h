// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/keys/key_store.h"
#include "io/store/sqlite_token_store.h"

namespace agent {

/// The key slots in the same file as the records, changed on the same thread. `store` outlives it.
class SqliteKeyStore final : public KeyStore {
  public:
    explicit SqliteKeyStore(SqliteTokenStore& store) : store_(store) {}

    [[nodiscard]] std::unique_ptr<StoreCommit> read(std::function<void(Result<KeySlots>)> done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                                   std::function<void(Result<std::int64_t>)> done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> remove(std::int64_t id, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> rotate(Key current, Key next, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> forget_previous(
        Key current, std::function<void(Result<std::vector<std::string>>)> done) override;

  private:
    SqliteTokenStore& store_;
};

}  // namespace agent
