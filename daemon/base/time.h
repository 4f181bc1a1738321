// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>

namespace agent {

using Duration = std::chrono::milliseconds;
/// A point on the wall clock, which can be set back and forth: used only for expiry.
using WallTime = std::chrono::time_point<std::chrono::system_clock, Duration>;
/// A point on a monotonic clock that keeps running while the machine sleeps (CLOCK_BOOTTIME).
using BootTime = std::chrono::time_point<struct BootClockTag, Duration>;

[[nodiscard]] inline std::int64_t unix_seconds(WallTime t) {
    return std::chrono::floor<std::chrono::seconds>(t.time_since_epoch()).count();
}

}  // namespace agent
