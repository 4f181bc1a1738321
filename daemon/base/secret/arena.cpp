// SPDX-License-Identifier: Apache-2.0
#include "base/secret/arena.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace agent {

namespace {

constexpr std::size_t kWordBits = 64;

std::size_t units_of(std::size_t size) noexcept {
    return std::max<std::size_t>(1, size / Arena::kUnit + (size % Arena::kUnit == 0 ? 0 : 1));
}

}  // namespace

Arena::Arena(std::span<std::byte> region)
    : begin_(region.data()), units_(region.size() / kUnit), taken_(units_ / kWordBits + 1) {}

void* Arena::try_allocate(std::size_t size) noexcept {
    const std::size_t wanted = units_of(size);
    std::size_t first = find(/*taken=*/false, 0, units_);
    while (wanted <= units_ - first) {
        const std::size_t end = find(/*taken=*/true, first, first + wanted);
        if (end == first + wanted) {
            mark(first, wanted, /*taken=*/true);
            return begin_ + first * kUnit;
        }
        first = find(/*taken=*/false, end, units_);
    }
    return nullptr;
}

void Arena::release(void* data, std::size_t size) noexcept {
    mark(static_cast<std::size_t>(static_cast<std::byte*>(data) - begin_) / kUnit, units_of(size), /*taken=*/false);
}

bool Arena::holds(const void* data) const noexcept {
    const auto* const at = static_cast<const std::byte*>(data);
    return std::less_equal<>()(begin_, at) && std::less<>()(at, begin_ + units_ * kUnit);
}

std::size_t Arena::find(bool taken, std::size_t from, std::size_t end) const noexcept {
    while (from < end) {
        const std::size_t offset = from % kWordBits;
        const std::uint64_t word = taken ? taken_[from / kWordBits] : ~taken_[from / kWordBits];
        if (const std::uint64_t rest = word >> offset; rest != 0)
            return std::min(end, from + static_cast<std::size_t>(std::countr_zero(rest)));
        from += kWordBits - offset;
    }
    return end;
}

void Arena::mark(std::size_t from, std::size_t count, bool taken) noexcept {
    used_units_ = taken ? used_units_ + count : used_units_ - count;
    while (count != 0) {
        const std::size_t offset = from % kWordBits;
        const std::size_t here = std::min(count, kWordBits - offset);
        const std::uint64_t bits = (~std::uint64_t{0} >> (kWordBits - here)) << offset;
        std::uint64_t& word = taken_[from / kWordBits];
        word = taken ? word | bits : word & ~bits;
        from += here;
        count -= here;
    }
}

}  // namespace agent
