// SPDX-License-Identifier: Apache-2.0
//
// Replaces the global operators new and delete by ones that wipe each block before freeing it. Secrets have their own
// types; this covers traces in others, such as a std::string that held a query or the buffer of a stream. Over-aligned
// memory keeps the library's operators.
#include <malloc.h>

#include <cstdlib>
#include <new>

#include "base/secret/secret.h"

void* operator new(std::size_t size) {
    for (;;) {
        if (void* const block = std::malloc(size == 0 ? 1 : size)) return block;
        const std::new_handler handler = std::get_new_handler();
        if (handler == nullptr) throw std::bad_alloc();
        handler();
    }
}

// All other forms in the library call these two. Where g++ 12 sees into it, it holds that free() does not match new.
[[gnu::noinline]] void operator delete(void* block) noexcept {
    if (block == nullptr) return;
    agent::wipe(block, ::malloc_usable_size(block));
    std::free(block);
}

void operator delete(void* block, std::size_t) noexcept {
    operator delete(block);
}
