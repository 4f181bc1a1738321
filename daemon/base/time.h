// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace agent {

using Duration = std::chrono::milliseconds;
/// A point on the wall clock, which can be set back and forth: expiry is compared with it, nothing else.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;
/// A point on a clock that only goes forward and goes on while the machine sleeps (CLOCK_BOOTTIME).
using BootTime = std::chrono::time_point<struct BootClockTag, Duration>;

[[nodiscard]] inline std::int64_t unix_seconds(WallTime t) {
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

}  // namespace agent
