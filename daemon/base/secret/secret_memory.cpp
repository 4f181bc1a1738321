// SPDX-License-Identifier: Apache-2.0
#include "base/secret/secret_memory.h"

#include <cstdlib>
#include <mutex>
#include <new>

#include "base/secret/arena.h"
#include "base/secret/secret.h"

namespace agent {

namespace {

/// The arena, shared by all threads.
class Room {
  public:
    Room(std::span<std::byte> region, OnOverflow on_overflow) : arena_(region), on_overflow_(on_overflow) {}

    [[nodiscard]] void* try_allocate(std::size_t size) {
        std::uint64_t overflows = 0;
        {
            const std::lock_guard lock(mutex_);
            if (void* const data = arena_.try_allocate(size)) return data;
            overflows = ++overflows_;
        }
        if (on_overflow_ != nullptr) on_overflow_(overflows);
        return nullptr;
    }

    [[nodiscard]] bool holds(const void* data) const noexcept { return arena_.holds(data); }

    void release(void* data, std::size_t size) {
        const std::lock_guard lock(mutex_);
        arena_.release(data, size);
    }

    [[nodiscard]] SecretMemory state() {
        const std::lock_guard lock(mutex_);
        return {.size = arena_.size(), .used = arena_.used(), .overflows = overflows_};
    }

  private:
    std::mutex mutex_;
    Arena arena_;
    std::uint64_t overflows_ = 0;
    const OnOverflow on_overflow_;
};

Room* room = nullptr;

}  // namespace

void keep_secrets_in(std::span<std::byte> arena, OnOverflow on_overflow) {
    room = new Room(arena, on_overflow);  // never freed: static objects may free secrets after main ends
}

SecretMemory secret_memory() noexcept {
    return room == nullptr ? SecretMemory() : room->state();
}

bool is_in_arena(const void* data) noexcept {
    return room != nullptr && room->holds(data);
}

void* allocate_secret(std::size_t size, Content content) {
    if (room != nullptr && content == Content::kSecret) {
        if (void* const data = room->try_allocate(size)) return data;
    }
    if (void* const data = std::malloc(size)) return data;
    throw std::bad_alloc();
}

void release_secret(void* data, std::size_t size) noexcept {
    if (data == nullptr) return;
    wipe(data, size);
    if (is_in_arena(data)) return room->release(data, size);
    std::free(data);
}

}  // namespace agent
