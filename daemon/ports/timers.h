// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace agent {

/// One timer that waits, or one watch that lasts. Destroying it cancels it; its callback is then never called.
class Timer {
  public:
    virtual ~Timer() = default;
};

class Timers {
  public:
    virtual ~Timers() = default;

    /// Calls `fire` once, `delay` from now or as soon as possible after it; time that the machine sleeps counts. Never
    /// calls it before this returns, not even for a delay of zero or less. `fire` may destroy its own timer.
    [[nodiscard]] virtual std::unique_ptr<Timer> after(Duration delay, std::function<void()> fire) = 0;

    /// Calls `stepped` whenever the wall clock has been set, or the machine has woken up, until the watch is destroyed.
    [[nodiscard]] virtual std::unique_ptr<Timer> on_clock_step(std::function<void()> stepped) = 0;
};

}  // namespace agent
