// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>

#include "simulation/faults.h"

namespace agent::sim {

enum class Count : std::uint8_t {
    kSeeds,
    kSeconds,  // simulated
    kEvents,
    kCrashes,
    kLocks,
    kStops,
    kRotations,
    kSlotsAdded,
    kRestores,
    kAppChanges,
    kReloads,
    kClockSteps,
    kSleeps,
    kDiskRefusals,
    kRefreshRequests,
    kTokenSets,
    kLogins,
    kRemovals,
    kCalls,
    kTokensHandedOut,
    kGivenUp,
    kGrantsEnded,
    kLostInWindow,
    kLostOutside,
    kCount,
};

/// The most that was ever seen, to be held against what is allowed.
enum class Peak : std::uint8_t {
    kRequestsToDeadEndpoint,  // for one account, in a week of no disturbance
    kRecoverySeconds,         // from the last fault until an account was ready again
    kCount,
};

/// What a run did; adds up over runs.
class Statistics {
  public:
    std::uint64_t& operator[](Count what) { return counts_.at(static_cast<std::size_t>(what)); }
    void reached(Peak what, std::uint64_t value);
    std::uint64_t& operator[](Fault fault) { return faults_.at(static_cast<std::size_t>(fault)); }
    void add(const Statistics& other);
    void print(std::ostream& out) const;

  private:
    std::array<std::uint64_t, static_cast<std::size_t>(Count::kCount)> counts_{};
    std::array<std::uint64_t, kFaults> faults_{};
    std::array<std::uint64_t, static_cast<std::size_t>(Peak::kCount)> peaks_{};
};

}  // namespace agent::sim
