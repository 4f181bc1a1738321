// SPDX-License-Identifier: Apache-2.0
#include "io/loop/system_clock.h"

#include <ctime>

namespace agent {

namespace {

Duration read_clock(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);  // cannot fail for these clocks; no system call either (vDSO)
    return std::chrono::floor<Duration>(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace

WallTime SystemClock::now() const {
    return WallTime(read_clock(CLOCK_REALTIME));
}

BootTime SystemClock::boot_now() const {
    return BootTime(read_clock(CLOCK_BOOTTIME));
}

Duration SystemClock::time_suspended() const {
    return read_clock(CLOCK_BOOTTIME) - read_clock(CLOCK_MONOTONIC);
}

}  // namespace agent
