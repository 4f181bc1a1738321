// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"

namespace agent {

struct FreeLocked {
    void operator()(std::byte* data) const noexcept;
};
/// Memory between guard pages that is kept out of swap, core files and child processes, and wiped when freed.
using LockedBytes = std::unique_ptr<std::byte, FreeLocked>;

/// For a few large blocks, not many small ones: each takes four mappings and at least one locked page. Fails with
/// kInternal if the memory cannot be allocated or locked.
[[nodiscard]] Result<LockedBytes> allocate_locked(std::size_t size);

/// From now on use memory even if it cannot be locked.
void allow_unlocked_memory() noexcept;

/// Keeps secrets in locked memory from now on, at most `size` bytes of them (base/secret/secret_memory.h); more go to
/// the heap, and are counted and logged. Fails as allocate_locked() does.
[[nodiscard]] Result<void> lock_secrets(std::size_t size);

}  // namespace agent
