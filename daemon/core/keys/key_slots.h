// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/crypto/passphrase.h"
#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/keys/keyring.h"
#include "core/keys/vault.h"

namespace agent {

// The *data key* that seals everything in the store is random. It is stored once for each *key slot*, wrapped for the
// key of that slot: of a file, a credential, a passphrase, a recovery key. Any one of them opens the store, and
// changing one leaves all records as they are.

/// A slot as it is stored.
struct KeySlot {
    KeySlotFacts facts;
    Bytes salt;  // of a passphrase
    Bytes public_half;
    Bytes wrapped;
    /// Made with the data key over all of the above but `wrapped`: without it anybody who can write the store could put
    /// a public half of their own there, and be given the next data key.
    Bytes proof;

    [[nodiscard]] KdfParameters kdf() const;
};

/// All of them, read once. Pure: needs no disk, and may be used on any thread.
struct KeySlots {
    std::string store;     // its path
    std::string store_id;  // which all seals are bound to
    std::vector<KeySlot> slots;
    Bytes sealed_previous;  // empty unless the data key is being rotated

    /// kForbidden when `slot_key` is not the slot's; kConflict when the slot was altered.
    [[nodiscard]] Result<DataKeys> open(const KeySlot& slot, const SealingKey& slot_key) const;
    /// As open(), for the slot of this id, which another reading of the slots has found to open: it may have been given
    /// another data key since. kConflict when it is not there any more.
    [[nodiscard]] Result<DataKeys> open_again(std::int64_t id, const SealingKey& slot_key) const;
    /// What a data key that is known opens. kConflict when it is not the store's.
    [[nodiscard]] Result<DataKeys> open_with(SealingKey data_key) const;

    /// A further slot, with the id in `facts`, which opens with `slot_key`. kConflict when `data_key` is not the one
    /// that the present slots wrap; where there are none, any will do.
    [[nodiscard]] Result<KeySlot> make(const SealingKey& data_key, KeySlotFacts facts, Bytes salt,
                                       const SealingKey& slot_key) const;
    /// Puts `next` into every slot, and keeps `current`, sealed with it. kConflict when a slot was altered, or when a
    /// rotation is under way; then nothing may be stored.
    [[nodiscard]] Result<void> rotate(const SealingKey& current, const SealingKey& next);

    /// What the slots are, for people: "file, passphrase".
    [[nodiscard]] std::string kinds() const;

  private:
    [[nodiscard]] Result<DataKeys> with_previous(SealingKey current, const Sealer& sealer) const;
};

}  // namespace agent
