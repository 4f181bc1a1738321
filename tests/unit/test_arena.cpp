// SPDX-License-Identifier: Apache-2.0
#include "base/secret/arena.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "expect.h"

namespace {

using agent::Arena;

constexpr std::size_t kRegion = std::size_t{64} * 1024 + 7;  // the last 7 bytes are of no use
constexpr std::size_t kUnits = kRegion / Arena::kUnit;

struct Block {
    std::byte* data;
    std::size_t size;
};

/// What the arena should be: which units are taken, searched one by one.
class Model {
  public:
    explicit Model(std::byte* begin) : begin_(begin), taken_(kUnits) {}

    [[nodiscard]] static std::size_t units_of(std::size_t size) { return (size + Arena::kUnit - 1) / Arena::kUnit; }

    [[nodiscard]] std::byte* first_fit(std::size_t size) const {
        const auto piece = std::search_n(taken_.begin(), taken_.end(), static_cast<long>(units_of(size)), false);
        return piece == taken_.end() ? nullptr
                                     : begin_ + static_cast<std::size_t>(piece - taken_.begin()) * Arena::kUnit;
    }
    void set(const Block& block, bool taken) {
        const auto at = taken_.begin() + (block.data - begin_) / static_cast<long>(Arena::kUnit);
        std::fill_n(at, units_of(block.size), taken);
    }
    [[nodiscard]] std::size_t used() const {
        return static_cast<std::size_t>(std::count(taken_.begin(), taken_.end(), true)) * Arena::kUnit;
    }

  private:
    std::byte* begin_;
    std::vector<bool> taken_;
};

/// Of every order of magnitude equally often, as secrets are.
std::size_t some_size(std::mt19937& random) {
    const unsigned bits = std::uniform_int_distribution<unsigned>(0, 14)(random);
    return std::uniform_int_distribution<std::size_t>(1, std::size_t{1} << bits)(random);
}

}  // namespace

// The places are compared, too, so a block that overlapped another, or a piece that was not joined, would show.
Test(arena, any_sequence_of_sizes_goes_as_in_the_model) {
    alignas(Arena::kUnit) static std::byte region[kRegion];
    for (unsigned seed = 0; seed < 20; ++seed) {
        std::mt19937 random(seed);
        Arena arena(region);
        Model model(region);
        std::vector<Block> blocks;
        std::size_t refused = 0;
        for (int step = 0; step < 3000; ++step) {
            // Grows until it is full, shrinks, and grows again.
            const bool releases = !blocks.empty() && random() % 8 < (step / 500 % 2 == 0 ? 3U : 5U);
            if (releases) {
                const std::size_t at = random() % blocks.size();
                model.set(blocks[at], false);
                arena.release(blocks[at].data, blocks[at].size);
                blocks[at] = blocks.back();
                blocks.pop_back();
            } else {
                const std::size_t size = some_size(random);
                auto* const data = static_cast<std::byte*>(arena.try_allocate(size));
                cr_assert_eq(data, model.first_fit(size), "seed %u, step %d: %zu bytes", seed, step, size);
                if (data == nullptr) {
                    ++refused;
                    continue;
                }
                blocks.push_back({data, size});
                model.set(blocks.back(), true);
            }
            cr_assert_eq(arena.used(), model.used(), "seed %u, step %d", seed, step);
        }
        cr_expect_gt(refused, 0, "seed %u never filled it", seed);
        for (const Block& block : blocks) arena.release(block.data, block.size);
        cr_expect_eq(arena.used(), 0);
        cr_expect_eq(arena.try_allocate(arena.size()), region, "seed %u: it is in pieces", seed);
    }
}

Test(arena, gives_all_of_it_whatever_it_held_before) {
    alignas(Arena::kUnit) static std::byte region[kRegion];
    Arena arena(region);
    for (const std::size_t size : {1, 17, 25, 65, 97, 129, 769, 1537, 3073, 40'000}) {
        std::vector<Block> blocks;
        while (void* const data = arena.try_allocate(size)) blocks.push_back({static_cast<std::byte*>(data), size});
        cr_expect_geq(blocks.size() * Model::units_of(size), kUnits - Model::units_of(size) + 1, "%zu bytes", size);
        for (const Block& block : blocks) arena.release(block.data, block.size);
    }
    cr_expect_eq(arena.used(), 0);
}

Test(arena, knows_what_is_its_own) {
    alignas(Arena::kUnit) static std::byte region[kRegion];
    const Arena arena(region);
    cr_expect_eq(arena.size(), kUnits * Arena::kUnit);
    cr_expect(arena.holds(region) && arena.holds(region + arena.size() - 1));
    cr_expect_not(arena.holds(region + arena.size()));
    const std::byte elsewhere{};
    cr_expect_not(arena.holds(&elsewhere));
}

Test(arena, refuses_what_no_region_could_hold) {
    alignas(Arena::kUnit) static std::byte region[kRegion];
    Arena arena(region);
    cr_expect_null(arena.try_allocate(arena.size() + 1));
    cr_expect_null(arena.try_allocate(SIZE_MAX));
    cr_expect_eq(arena.used(), 0);
}
