// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/crypto/sealing.h"
#include "base/fd.h"
#include "base/result.h"

namespace agent {

// The data key in the file descriptor store of the service manager (sd_pid_notify_with_fds(3), FDSTORE=1), so that a
// daemon which a person has unlocked is still unlocked after a restart. It lies in a sealed memfd: in memory that is
// not locked and that the manager, so root, can read, for as long as the service is not stopped.

/// The name under which it is kept.
inline constexpr std::string_view kKeptKeyName = "data-key";

/// Gives a copy to the manager, in place of any before. Fails with kInternal when there is no memory for it; whether
/// the manager keeps it (FileDescriptorStoreMax=) is not told.
[[nodiscard]] Result<void> keep_key(const SealingKey& key);
void forget_kept_key();

/// The key in a descriptor that keep_key() gave away. Fails with kConflict for any other.
[[nodiscard]] Result<SealingKey> read_kept_key(const Fd& memory);

}  // namespace agent
