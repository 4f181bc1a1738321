// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace agent {

/// Hands out blocks of one region of memory, first fit. Blocks come back in any order, and free neighbours are one free
/// piece. What is free is noted outside of the region, one bit for each unit. Not thread-safe.
class Arena {
  public:
    static constexpr std::size_t kUnit = alignof(std::max_align_t);

    /// `region` is aligned to a unit, and outlives this. The end of it that is less than a unit is not used.
    explicit Arena(std::span<std::byte> region);

    /// A block that is aligned for any type; null if no free piece is large enough.
    [[nodiscard]] void* try_allocate(std::size_t size) noexcept;
    /// Takes back a block that try_allocate() returned for this size.
    void release(void* data, std::size_t size) noexcept;

    [[nodiscard]] bool holds(const void* data) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return units_ * kUnit; }
    /// Of blocks that were not released, in whole units.
    [[nodiscard]] std::size_t used() const noexcept { return used_units_ * kUnit; }

  private:
    /// The first unit from `from` on that is taken, or not; `end` if there is none before it.
    [[nodiscard]] std::size_t find(bool taken, std::size_t from, std::size_t end) const noexcept;
    void mark(std::size_t from, std::size_t count, bool taken) noexcept;

    std::byte* const begin_;
    const std::size_t units_;
    std::vector<std::uint64_t> taken_;  // a bit for each unit
    std::size_t used_units_ = 0;
};

}  // namespace agent
