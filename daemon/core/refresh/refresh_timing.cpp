// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/refresh_timing.h"

#include <algorithm>
#include <cmath>

namespace agent {

namespace {

Duration scaled(Duration d, double factor) {
    return Duration(static_cast<Duration::rep>(std::llround(static_cast<double>(d.count()) * factor)));
}

}  // namespace

WallTime expiry(WallTime asked_at, Duration lifetime) {
    return asked_at + lifetime - std::min(kWireMargin, lifetime / 100);
}

Duration report_pause(std::uint32_t in_a_row) {
    if (in_a_row == 0) return Duration::zero();
    constexpr std::uint32_t kEnoughDoublings = 10;  // 10 min << 10 is past the longest pause
    return std::min(kLongestReportPause,
                    kFirstReportPause * (std::int64_t{1} << std::min(in_a_row - 1, kEnoughDoublings)));
}

WallTime draw_refresh_at(WallTime obtained_at, Duration lifetime, double at_fraction, double unit) {
    const double drawn = at_fraction * (1.0 - kSpread + 2.0 * kSpread * unit);
    return obtained_at + scaled(lifetime, std::min(drawn, 0.9));
}

Duration backoff(std::uint32_t failures, std::optional<Duration> retry_after, double unit) {
    constexpr std::uint32_t kEnoughDoublings = 20;  // 1 s << 20 is far past the longest wait
    const Duration ceiling =
        std::min(kLongestBackoff, kFirstBackoff * (std::int64_t{1} << std::min(failures, kEnoughDoublings)));
    const Duration told = std::clamp(retry_after.value_or(Duration::zero()), Duration::zero(), kLongestRetryAfter);
    // On top of what the server told, so that those it told the same do not come back together.
    return told + scaled(ceiling, unit);
}

WallTime expires_soon_at(WallTime obtained_at, WallTime expires_at) {
    return expires_at - std::min(kExpiresSoon, (expires_at - obtained_at) / 5);
}

Duration save_pause(std::uint32_t failures) {
    constexpr std::uint32_t kEnoughDoublings = 4;  // 1 s << 4 is past the longest pause
    return std::min(kLongestSavePause, kFirstBackoff * (std::int64_t{1} << std::min(failures, kEnoughDoublings)));
}

Duration attainable_min_ttl(Duration wished, Duration lifetime) {
    return wished < lifetime ? std::max(wished, Duration(1)) : std::max(lifetime / 10, Duration(1));
}

}  // namespace agent
