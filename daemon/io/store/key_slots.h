// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/crypto/passphrase.h"
#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/keys/keyring.h"
#include "core/keys/vault.h"
#include "io/store/store_file.h"

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

/// All of them, read once. What follows from them needs no disk and may be done on any thread.
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
    /// What the slots are, for people: "file, passphrase".
    [[nodiscard]] std::string kinds() const;

  private:
    [[nodiscard]] Result<DataKeys> with_previous(SealingKey current, const Sealer& sealer) const;
};

// Each of these is one transaction, synced. They fail with kInternal or kTemporarilyUnavailable when the disk refuses.

[[nodiscard]] Result<KeySlots> read_key_slots(const StoreFile& store);

/// Adds a slot that opens with `slot_key`, and returns its id. kConflict when `data_key` is not, or is not any more,
/// the one that the present slots wrap. In a store without any, `data_key` is to be a new one: then it fails with
/// kInternal when there are records, which it could not have sealed.
[[nodiscard]] Result<std::int64_t> add_key_slot(StoreFile& store, const SealingKey& data_key, KeySlotFacts facts,
                                                Bytes salt, const SealingKey& slot_key);

/// kNotFound when there is none of this id, kConflict when it is the last one.
[[nodiscard]] Result<void> remove_key_slot(StoreFile& store, std::int64_t id);

/// Puts `next` into every slot, with `current` beside it, sealed, until forget_previous_data_key(). kConflict when a
/// slot was altered, or when a rotation is under way.
[[nodiscard]] Result<void> rotate_data_key(StoreFile& store, const SealingKey& current, const SealingKey& next);
/// Forgets the data key before `current`, once nothing needs it: every stored row that does is sealed again first, in
/// the same transaction, whatever the agent made of the row. Returns what neither key opens, for people: "account
/// smith". Takes as long as reading all rows. kConflict when `current` is not the data key of this store.
[[nodiscard]] Result<std::vector<std::string>> forget_previous_data_key(StoreFile& store, const SealingKey& current);

}  // namespace agent
