// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/keys/key_slots.h"
#include "io/store/store_file.h"

namespace agent {

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
