// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/keys/key_slots.h"
#include "ports/token_store.h"

namespace agent {

/// The durable key slots. A port like those of ports/, but it speaks of what only the core knows.
///
/// Each change is decided and made in one transaction, after the commits of the token store that were started before.
/// Calls `done` once, after it has returned, unless what it returned is destroyed; the change is then still made. Fails
/// with kInternal or kTemporarilyUnavailable if the disk refuses; nothing has then changed.
class KeyStore {
  public:
    using Done = std::function<void(Result<void>)>;
    /// Shared, since a store may work on another thread.
    using Key = std::shared_ptr<const SealingKey>;

    virtual ~KeyStore() = default;

    [[nodiscard]] virtual std::unique_ptr<StoreCommit> read(std::function<void(Result<KeySlots>)> done) = 0;

    /// Adds a slot as KeySlots::make() makes it, and passes its id on; the id in `facts` does not count. kInternal if
    /// there are records but no slots: a new data key cannot have sealed them.
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> add(Key data_key, KeySlotFacts facts, Bytes salt, Key slot_key,
                                                           std::function<void(Result<std::int64_t>)> done) = 0;

    /// kNotFound if there is no such slot, kConflict if it is the last one.
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> remove(std::int64_t id, Done done) = 0;

    /// As KeySlots::rotate().
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> rotate(Key current, Key next, Done done) = 0;

    /// Seals every stored row again that still needs the previous data key, and forgets that key. Passes on what
    /// neither key opens, for people: "account smith". kConflict if `current` is not the data key of the store.
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> forget_previous(
        Key current, std::function<void(Result<std::vector<std::string>>)> done) = 0;
};

}  // namespace agent
