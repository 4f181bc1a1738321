// SPDX-License-Identifier: Apache-2.0
#include "base/secret/locked_memory.h"

#include <sodium.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bit>
#include <cstdint>
#include <string>

#include "base/log.h"
#include "base/secret/secret_memory.h"

namespace agent {

namespace {

bool may_be_unlocked = false;

/// A forked child sees zeros. sodium_malloc() already excludes the memory from core files.
void wipe_in_children(std::byte* data, std::size_t size) noexcept {
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(data) & ~(page - 1);
    const std::uintptr_t end = (reinterpret_cast<std::uintptr_t>(data) + size + page - 1) & ~(page - 1);
    ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_WIPEONFORK);  // NOLINT(performance-no-int-to-ptr)
}

/// Logs the first, the second, the fourth time and so on: a flood of them fills no log.
void log_overflow(std::uint64_t times) {
    if (!std::has_single_bit(times)) return;
    log(LogLevel::kWarning, "a secret lies in memory that is not locked, since the locked memory is full",
        {{"times", std::to_string(times)}});
}

}  // namespace

void FreeLocked::operator()(std::byte* data) const noexcept {
    ::sodium_free(data);
}

Result<LockedBytes> allocate_locked(std::size_t size) {
    LockedBytes bytes(static_cast<std::byte*>(::sodium_malloc(size)));
    if (bytes == nullptr) return fail(Error::Code::kInternal, "memory: cannot allocate guarded memory");
    // sodium_malloc does not report if it failed to lock pages, so lock again: a second mlock is harmless.
    if (::sodium_mlock(bytes.get(), size) != 0 && !may_be_unlocked) {
        return fail(Error::Code::kInternal,
                    "memory: cannot be locked, so secrets could end up in swap space; raise the limit on locked "
                    "memory (ulimit -l, or LimitMEMLOCK= of the unit), or use --allow-unlocked-memory");
    }
    wipe_in_children(bytes.get(), size);
    return bytes;
}

void allow_unlocked_memory() noexcept {
    may_be_unlocked = true;
}

Result<void> lock_secrets(std::size_t size) {
    AGENT_TRY(LockedBytes bytes, allocate_locked(size));
    keep_secrets_in({bytes.release(), size}, log_overflow);  // never freed
    return {};
}

}  // namespace agent
