// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace agent {

// Where the bytes of secrets are kept: on the heap, unless the program provides an arena. Thread-safe.

/// From now on, keeps secrets of up to a page each in `arena` while it has room, others on the heap. Call it once,
/// before a second thread starts; `arena` must outlive all secrets.
void keep_secrets_in(std::span<std::byte> arena);

/// `size` uninitialised bytes, aligned for any type; never null. Throws std::bad_alloc.
[[nodiscard, gnu::returns_nonnull]] void* allocate_secret(std::size_t size);
/// Wipes and frees a block that allocate_secret() returned for this size. Ignores null.
void release_secret(void* data, std::size_t size) noexcept;

}  // namespace agent
