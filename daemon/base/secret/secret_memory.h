// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

namespace agent {

// Where the bytes of secrets lie: on the heap, unless the program has a better place for them. Any thread may take and
// give back.

/// From now on, secrets of up to a page each lie in `arena` as long as there is room; others go on to the heap. Once,
/// before there is a second thread; `arena` outlives all secrets.
void keep_secrets_in(std::span<std::byte> arena);

/// `size` bytes, aligned for any type, which are not cleared; never null. Throws std::bad_alloc.
[[nodiscard, gnu::returns_nonnull]] void* allocate_secret(std::size_t size);
/// Wipes and gives back what allocate_secret() gave for this size. Nothing happens for null.
void release_secret(void* data, std::size_t size) noexcept;

}  // namespace agent
