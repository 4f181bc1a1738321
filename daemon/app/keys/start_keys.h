// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "app/config.h"
#include "app/keys/secret_reference.h"
#include "app/start/state_dir.h"
#include "base/result.h"
#include "io/store/key_slots.h"

namespace agent {

/// Where to find the key of a slot that needs no person. Fails with kBadRequest for a path that is not absolute, for a
/// credential's name with a slash, and for a credential outside of a service.
[[nodiscard]] Result<SecretReference> key_reference(SlotKind kind, const std::string& source);

/// Opens `store` without a person: with the data key in `kept` (io/systemd/kept_key.h) if it fits, otherwise with the
/// configured key, by default the key file in `state`, otherwise with the file or credential of any slot. Nullopt if
/// only a person can open it, with a passphrase or a recovery key. A new store gets its data key and first slot, and
/// the key file is created if missing; but with "passphrase" in the configuration it waits for that.
///
/// Fails with kConflict if no key opens the store and no person could; also fails like read_key() and add_key_slot().
[[nodiscard]] Result<std::optional<DataKeys>> keys_at_start(StoreFile& store, const Config& config,
                                                            const StateDir& state, const Fd& kept, WallTime now);

}  // namespace agent
