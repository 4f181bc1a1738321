// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace agent {

// Where the bytes of secrets are kept: on the heap, unless the program provides an arena. Thread-safe.

/// What a text holds, as its writer knows.
enum class Content {
    kSecret,
    kPublic,  // in ordinary memory: long lists must not take the room of secrets
};

/// Called when a secret finds no room in the arena and goes to the heap, with how often that has happened. From any
/// thread.
using OnOverflow = void (*)(std::uint64_t times);

/// From now on, keeps secrets in `arena` while it has room. Call it once, before a second thread starts; `arena` is
/// aligned for any type and must outlive all secrets.
void keep_secrets_in(std::span<std::byte> arena, OnOverflow on_overflow);

struct SecretMemory {
    std::size_t size = 0;  // 0 without an arena
    std::size_t used = 0;
    std::uint64_t overflows = 0;
};
[[nodiscard]] SecretMemory secret_memory() noexcept;

/// False without an arena.
[[nodiscard]] bool is_in_arena(const void* data) noexcept;

/// `size` uninitialised bytes, aligned for any type; never null. Throws std::bad_alloc when there is no memory at all.
[[nodiscard, gnu::returns_nonnull]] void* allocate_secret(std::size_t size, Content content = Content::kSecret);
/// Wipes and frees a block that allocate_secret() returned for this size. Ignores null.
void release_secret(void* data, std::size_t size) noexcept;

}  // namespace agent
