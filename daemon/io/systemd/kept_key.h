// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/crypto/sealing.h"
#include "base/fd.h"
#include "base/result.h"

namespace agent {

// The data key in the file descriptor store of the service manager (sd_pid_notify_with_fds(3), FDSTORE=1), so that an
// unlocked daemon is still unlocked after a restart. It is in a sealed memfd: memory that is not locked and that the
// manager, and so root, can read, until the service is stopped.

/// The name under which it is stored.
inline constexpr std::string_view kKeptKeyName = "data-key";

/// Gives a copy to the manager, replacing any earlier one. Fails with kInternal if out of memory; the manager does not
/// say whether it keeps the copy (FileDescriptorStoreMax=).
[[nodiscard]] Result<void> keep_key(const SealingKey& key);
void forget_kept_key();

/// The key in a descriptor from keep_key(). Fails with kConflict for any other descriptor.
[[nodiscard]] Result<SealingKey> read_kept_key(const Fd& memory);

}  // namespace agent
