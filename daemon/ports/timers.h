// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"

namespace agent {

/// A pending timer or a watch. Destroying it cancels it; its callback is then never called.
class Timer {
  public:
    virtual ~Timer() = default;
};

class Timers {
  public:
    virtual ~Timers() = default;

    /// Calls `fire` once, `delay` from now or as soon as possible after that; time asleep counts. Calls it only after
    /// this returns, even for a delay of zero or less. `fire` may destroy its own timer.
    [[nodiscard]] virtual std::unique_ptr<Timer> after(Duration delay, std::function<void()> fire) = 0;

    /// Calls `stepped` whenever the wall clock is set or the machine wakes up, until the watch is destroyed.
    [[nodiscard]] virtual std::unique_ptr<Timer> on_clock_step(std::function<void()> stepped) = 0;
};

}  // namespace agent
