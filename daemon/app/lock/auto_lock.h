// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "app/config.h"
#include "io/loop/system_clock.h"
#include "ports/timers.h"

namespace agent {

/// When the agent locks itself: after a time without use, and when the machine was suspended.
class AutoLock {
  public:
    /// `last_used` tells when somebody last asked for something; `lock` is called with the reason, for people.
    AutoLock(Config::Lock when, const SystemClock& clock, Timers& timers, std::function<BootTime()> last_used,
             std::function<void(const char* why)> lock);
    AutoLock(const AutoLock&) = delete;
    AutoLock& operator=(const AutoLock&) = delete;

    /// From the next begin() on.
    void set(Config::Lock when);
    /// Counts anew; called when the agent was unlocked.
    void begin();

  private:
    void look_whether_idle();
    void look_whether_suspended();

    Config::Lock when_;
    const SystemClock& clock_;
    Timers& timers_;
    std::function<BootTime()> last_used_;
    std::function<void(const char*)> lock_;
    BootTime begun_;
    Duration suspended_{0};
    std::unique_ptr<Timer> idle_;
    std::unique_ptr<Timer> wake_up_;
};

}  // namespace agent
