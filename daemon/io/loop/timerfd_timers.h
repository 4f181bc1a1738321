// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <utility>

#include "base/fd.h"
#include "io/loop/event_loop.h"
#include "ports/timers.h"

namespace agent {

/// Timers that keep running while the machine sleeps, unlike libevent's, which use CLOCK_MONOTONIC.
///
/// One timerfd on CLOCK_BOOTTIME is set to the earliest deadline. Outlives its timers.
class TimerfdTimers final : public Timers {
  public:
    explicit TimerfdTimers(EventLoop& loop);

    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, std::function<void()> fire) override;
    [[nodiscard]] std::unique_ptr<Timer> on_clock_step(std::function<void()> stepped) override;

  private:
    class Delay;
    class Watch;
    /// Deadline, then order of starting: timers with the same deadline fire in that order, and a timer started by
    /// another one waits for the next turn of the loop.
    using Deadline = std::pair<std::chrono::nanoseconds, std::uint64_t>;
    using Delays = std::map<Deadline, Delay*>;
    using Watches = std::list<Watch*>;

    void on_due();
    void on_step();
    void arm_delays();
    void arm_step_watch();

    std::uint64_t next_order_ = 0;
    Delays delays_;
    Watches watches_;
    Watches::iterator next_watch_;  // the next one to call, while calling all
    Fd delay_fd_;
    Fd step_fd_;
    EventPtr delay_event_;
    EventPtr step_event_;
};

}  // namespace agent
