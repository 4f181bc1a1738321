// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/secret/secret_memory.h"

namespace agent {

/// A RapidJSON allocator that wipes every block it frees. RapidJSON decodes strings on its parse stack, so the stack
/// may hold secrets.
class WipingAllocator {
  public:
    static constexpr bool kNeedFree = true;

    void* Malloc(std::size_t size) {
        if (size == 0) return nullptr;
        void* block = allocate_secret(kHeader + size);
        std::memcpy(block, &size, sizeof size);
        return static_cast<char*>(block) + kHeader;
    }

    void* Realloc(void* old, std::size_t old_size, std::size_t new_size) {
        void* fresh = Malloc(new_size);
        const std::size_t kept = std::min(old_size, new_size);
        if (kept != 0) std::memcpy(fresh, old, kept);
        Free(old);
        return fresh;
    }

    static void Free(void* data) noexcept {
        if (data == nullptr) return;
        void* block = static_cast<char*>(data) - kHeader;
        std::size_t size = 0;
        std::memcpy(&size, block, sizeof size);
        release_secret(block, kHeader + size);
    }

  private:
    // Holds the size of the block, which Free() does not get; keeps what follows aligned for any type.
    static constexpr std::size_t kHeader = alignof(std::max_align_t);
    static_assert(kHeader >= sizeof(std::size_t));
};

}  // namespace agent
