// SPDX-License-Identifier: Apache-2.0
#include "simulation/lane_watch.h"

#include <algorithm>

#include "core/refresh/refresh_timing.h"

namespace agent::sim {

void LaneWatch::sent(int app) {
    Lane& lane = lanes_[app];
    const BootTime now = events_.now();
    const std::chrono::duration<double> since = now - lane.filled_at;
    lane.bucket = std::min(1.0, lane.bucket + since.count() * limits_.per_second);
    lane.filled_at = now;
    constexpr double kRounding = 1e-9;
    if (lane.bucket < 1.0 - kRounding) violated(app, "its bucket was passed");
    lane.bucket -= 1.0;

    if (++lane.under_way > limits_.max_parallel) violated(app, "too many requests at once");
    if (lane.silent_from <= now && now < lane.silent_until) violated(app, "Retry-After was not honoured");
}

void LaneWatch::told_to_wait(int app, Duration wait) {
    // Requests whose turn had come before may still leave, when their intent is durable.
    constexpr Duration kAlreadyBegun = std::chrono::minutes(10);
    Lane& lane = lanes_[app];
    lane.silent_from = events_.now() + kAlreadyBegun;
    lane.silent_until = std::max(lane.silent_until, events_.now() + std::min(wait, kLongestRetryAfter));
}

}  // namespace agent::sim
