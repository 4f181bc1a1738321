// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "base/time.h"

namespace agent::sim {

/// The streams of a run.
enum class Stream : std::uint64_t {
    kScenario,
    kOrder,
    kTimers,
    kNetwork,
    kStore,
    kCallers,
    kPeople,
    kWaits,
    kCrashes,
    kBustle,
    kAgent,
    kLocking,
    kKeys,
    kDeposits
};

/// A stream of pseudo-random numbers (splitmix64). One seed gives as many streams as one likes, so that what one part
/// of the simulation draws does not change what another one draws.
class Random {
  public:
    Random(std::uint64_t seed, Stream stream) : state_(mixed(seed ^ mixed(static_cast<std::uint64_t>(stream) + 1))) {}

    std::uint64_t bits() { return mixed(state_ += 0x9e3779b97f4a7c15U); }
    /// Uniform in [0, 1).
    double unit() { return static_cast<double>(bits() >> 11U) * 0x1p-53; }
    /// Uniform in 0 … n - 1.
    std::uint64_t below(std::uint64_t n) { return bits() % n; }
    bool chance(double probability) { return unit() < probability; }

    /// Uniform in [low, high).
    Duration between(Duration low, Duration high) { return low + scaled(high - low, unit()); }
    /// Small ones as likely as large ones: uniform in the logarithm. `low` is at least a millisecond.
    Duration magnitude(Duration low, Duration high) {
        const double ratio = static_cast<double>(high.count()) / static_cast<double>(low.count());
        return scaled(low, std::pow(ratio, unit()));
    }
    /// The time between two independent events, `mean` apart on average.
    Duration interval(Duration mean) { return scaled(mean, -std::log(1.0 - unit())); }

    template <class Container>
    auto& one_of(Container& all) {
        return all[below(all.size())];
    }

  private:
    static std::uint64_t mixed(std::uint64_t z) {
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    static Duration scaled(Duration d, double factor) {
        return Duration(std::llround(static_cast<double>(d.count()) * factor));
    }

    std::uint64_t state_;
};

}  // namespace agent::sim
