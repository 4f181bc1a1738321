// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>

#include "io/loop/event_loop.h"

namespace fakes {

/// Runs the loop until `come` is true, and returns whether it became true within 20 s, which no passing test needs.
template <class Condition>
[[nodiscard]] bool run_until(agent::EventLoop& loop, Condition come) {
    bool gave_up = false;
    const agent::EventPtr limit = loop.make_event(
        -1, 0, [](evutil_socket_t, short, void* flag) noexcept { *static_cast<bool*>(flag) = true; }, &gave_up);
    const timeval patience{20, 0};
    event_add(limit.get(), &patience);
    while (!come() && !gave_up) event_base_loop(loop.base(), EVLOOP_ONCE);
    return come();
}

/// Lets the loop handle everything that is due now: for tests that something does *not* happen.
inline void run_what_is_due(agent::EventLoop& loop) {
    for (int i = 0; i < 20; ++i) event_base_loop(loop.base(), EVLOOP_NONBLOCK);
}

/// Work that takes the loop so long.
inline void keep_busy(std::chrono::microseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
}

}  // namespace fakes
