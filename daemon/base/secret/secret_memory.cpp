// SPDX-License-Identifier: Apache-2.0
#include "base/secret/secret_memory.h"

#include <cstdlib>
#include <functional>
#include <memory_resource>
#include <mutex>
#include <new>

#include "base/secret/secret.h"

namespace agent {

namespace {

constexpr std::size_t kLargest = 4096;  // larger secrets are rare, and would crowd out others
constexpr std::size_t kAlignment = alignof(std::max_align_t);

/// Pools of blocks, by size, that take memory from the arena and never return it.
class Arena {
  public:
    explicit Arena(std::span<std::byte> room)
        : room_(room),
          growth_(room.data(), room.size(), std::pmr::null_memory_resource()),
          pools_({.max_blocks_per_chunk = 16, .largest_required_pool_block = kLargest}, &growth_) {}

    [[nodiscard]] void* try_allocate(std::size_t size) {
        if (size > kLargest) return nullptr;
        const std::lock_guard lock(mutex_);
        try {
            return pools_.allocate(size, kAlignment);
        } catch (const std::bad_alloc&) {
            return nullptr;
        }
    }

    [[nodiscard]] bool holds(const void* data) const noexcept {
        const auto* const at = static_cast<const std::byte*>(data);
        return std::less_equal<>()(room_.data(), at) && std::less<>()(at, room_.data() + room_.size());
    }

    void release(void* data, std::size_t size) {
        const std::lock_guard lock(mutex_);
        pools_.deallocate(data, size, kAlignment);
    }

  private:
    std::span<std::byte> room_;
    std::mutex mutex_;
    std::pmr::monotonic_buffer_resource growth_;
    std::pmr::unsynchronized_pool_resource pools_;
};

Arena* arena = nullptr;

}  // namespace

void keep_secrets_in(std::span<std::byte> room) {
    arena = new Arena(room);  // never freed: static objects may free secrets after main ends
}

void* allocate_secret(std::size_t size) {
    if (arena != nullptr) {
        if (void* const data = arena->try_allocate(size)) return data;
    }
    if (void* const data = std::malloc(size)) return data;
    throw std::bad_alloc();
}

void release_secret(void* data, std::size_t size) noexcept {
    if (data == nullptr) return;
    wipe(data, size);
    if (arena != nullptr && arena->holds(data)) return arena->release(data, size);
    std::free(data);
}

}  // namespace agent
