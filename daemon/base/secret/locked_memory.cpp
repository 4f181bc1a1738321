// SPDX-License-Identifier: Apache-2.0
#include "base/secret/locked_memory.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>

#include "base/secret/secret_memory.h"

namespace agent {

namespace {

bool may_be_unlocked = false;

/// A child that is forked sees zeros. sodium_malloc() itself cares for core files.
void wipe_in_children(std::byte* data, std::size_t size) noexcept {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(data) & ~(page - 1);
    const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(data) + size + page - 1) & ~(page - 1);
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_WIPEONFORK);  // NOLINT(performance-no-int-to-ptr)
}

}  // namespace

void FreeLocked::operator()(std::byte* data) const noexcept {
    ::sodium_free(data);
}

Result<LockedBytes> allocate_locked(std::size_t size) {
    LockedBytes bytes(static_cast<std::byte*>(::sodium_malloc(size)));
    if (bytes == nullptr) return fail(Error::Code::kInternal, "memory: none that can be guarded is left");
    // sodium_malloc does not tell when pages could not be locked, so ask again: a second mlock changes nothing.
    if (::sodium_mlock(bytes.get(), size) != 0 && !may_be_unlocked) {
        return fail(Error::Code::kInternal,
                    "memory: cannot be locked, so that secrets could get into swap space; raise the limit on locked "
                    "memory (ulimit -l, or LimitMEMLOCK= of the unit), or say --allow-unlocked-memory");
    }
    wipe_in_children(bytes.get(), size);
    return bytes;
}

void allow_unlocked_memory() noexcept {
    may_be_unlocked = true;
}

Result<void> lock_secrets(std::size_t size) {
    AGENT_TRY(LockedBytes bytes, allocate_locked(size));
    keep_secrets_in({bytes.release(), size});  // for good
    return {};
}

}  // namespace agent
