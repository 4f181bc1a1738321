// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "app/config.h"
#include "ports/clock.h"
#include "ports/timers.h"

namespace agent {

/// When the agent locks itself: after a time without use, and when the machine was suspended. It asks again until the
/// agent is locked, for a lock can be refused.
class AutoLock {
  public:
    /// How long after a lock was asked for it is asked for again.
    static constexpr Duration kAskAgain = std::chrono::minutes(1);

    /// `last_used` tells when somebody last asked for something; `lock` is called with the reason, for people.
    AutoLock(Config::Lock when, const Clock& clock, Timers& timers, std::function<BootTime()> last_used,
             std::function<void(const char* why)> lock);
    AutoLock(const AutoLock&) = delete;
    AutoLock& operator=(const AutoLock&) = delete;

    /// From the next begin() on.
    void set(Config::Lock when);
    /// The agent is open: counts idle time and suspended time from now on.
    void begin();
    /// The agent is locked.
    void end();

  private:
    void look_whether_idle();
    void look_whether_suspended();
    void ask_after_suspend();

    Config::Lock when_;
    const Clock& clock_;
    Timers& timers_;
    std::function<BootTime()> last_used_;
    std::function<void(const char*)> lock_;
    BootTime begun_;
    Duration suspended_{0};
    std::unique_ptr<Timer> idle_;
    std::unique_ptr<Timer> wake_up_;
    std::unique_ptr<Timer> ask_again_;  // after the machine was suspended
};

}  // namespace agent
