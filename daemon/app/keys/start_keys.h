// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "app/config.h"
#include "app/keys/secret_reference.h"
#include "base/result.h"
#include "core/keys/key_slots.h"

namespace agent {

/// Where to find the key of a slot that needs no person. Fails with kBadRequest for a path that is not absolute, for a
/// credential's name with a slash, and for a credential outside of a service.
[[nodiscard]] Result<SecretReference> key_reference(SlotKind kind, const std::string& source);

/// Stores the first slot of a new store.
using AddFirstSlot =
    std::function<Result<void>(const SealingKey& data_key, const KeySlotFacts& facts, const SealingKey& slot_key)>;

/// Opens a store with these slots without a person: with the data key in `kept` if it fits, otherwise with the
/// configured key, by default the one in `key_file`, otherwise with the file or credential of any slot. Nullopt if only
/// a person can open it, with a passphrase or a recovery key. A new store gets its data key and first slot, and
/// `key_file` is created if missing; but with "passphrase" in the configuration it waits for that.
///
/// `kept` is the key that was kept over a restart, or why it cannot be used. Fails with kConflict if no key opens the
/// store and no person could; also fails like read_key() and `add`.
[[nodiscard]] Result<std::optional<DataKeys>> keys_at_start(const KeySlots& all, const AddFirstSlot& add,
                                                            const Config& config, const std::string& key_file,
                                                            std::optional<Result<SealingKey>> kept, WallTime now);

}  // namespace agent
