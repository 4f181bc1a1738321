// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "base/result.h"

namespace agent {

struct FreeLocked {
    void operator()(std::byte* data) const noexcept;
};
/// Memory between guard pages that goes to no swap, no core file and no child process, and is wiped when it is freed.
using LockedBytes = std::unique_ptr<std::byte, FreeLocked>;

/// A few large pieces, not many small ones: each takes four mappings and at least one locked page. Fails with kInternal
/// when the memory cannot be had or not be locked.
[[nodiscard]] Result<LockedBytes> allocate_locked(std::size_t size);

/// From now on memory that cannot be locked is taken all the same.
void allow_unlocked_memory() noexcept;

/// Has all secrets lie in locked memory from now on, `size` bytes of them at most (base/secret/secret_memory.h). Fails
/// as allocate_locked() does.
[[nodiscard]] Result<void> lock_secrets(std::size_t size);

}  // namespace agent
