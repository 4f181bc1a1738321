// SPDX-License-Identifier: Apache-2.0
#include "cli/input/secret_arena.h"

#include <sys/mman.h>

#include <cstddef>

#include "base/secret/secret_memory.h"

namespace agent {

namespace {

constexpr std::size_t kSize = std::size_t{256} * 1024;

}  // namespace

bool lock_secrets() noexcept {
    void* const room = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED) return false;
    // Lock pages only when first used: most commands need one or two.
    if (::mlock2(room, kSize, MLOCK_ONFAULT) != 0) {
        ::munmap(room, kSize);
        return false;
    }
    ::madvise(room, kSize, MADV_DONTDUMP);
    keep_secrets_in({static_cast<std::byte*>(room), kSize}, /*on_overflow=*/nullptr);
    return true;
}

}  // namespace agent
