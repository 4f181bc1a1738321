// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/result.h"
#include "base/sealing.h"
#include "io/store_file.h"

namespace agent {

// The key that seals everything in the store is random and itself stored sealed, once for each *key slot*: once under
// the key of the key file, of the systemd credential, and so on. Any one of them opens the store, and changing one
// leaves all records as they are.

/// The data key of `store`, opened with `slot_key`. A store that has none, because it is new, gets a fresh one together
/// with its first slot, of `kind` ("file", "credential", …), in one transaction.
///
/// Fails with kConflict when `slot_key` opens no slot; the message names the kinds of slots there are. Fails with
/// kInternal for a store that has records but no slot, and when the disk refuses.
[[nodiscard]] Result<SealingKey> open_data_key(StoreFile& store, std::string_view kind, const SealingKey& slot_key);

}  // namespace agent
