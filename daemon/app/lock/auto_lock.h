// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "app/config.h"
#include "ports/clock.h"
#include "ports/timers.h"

namespace agent {

/// Locks the agent after a time without use, and after the machine was suspended. Repeats the request until the agent
/// is locked, since a lock can be refused.
class AutoLock {
  public:
    /// How long to wait before repeating a request to lock.
    static constexpr Duration kAskAgain = std::chrono::minutes(1);

    /// `last_used` returns the time of the last request; `lock` is called with a human-readable reason, from the loop,
    /// and may call end(). `clock` and `timers` outlive this.
    AutoLock(Config::Lock when, const Clock& clock, Timers& timers, std::function<BootTime()> last_used,
             std::function<void(const char* why)> lock);
    AutoLock(const AutoLock&) = delete;
    AutoLock& operator=(const AutoLock&) = delete;

    /// Takes effect at the next begin().
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
