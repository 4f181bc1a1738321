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

/// Timers that stay true while the machine sleeps, which libevent's own do not: they run on CLOCK_MONOTONIC.
///
/// One timerfd on CLOCK_BOOTTIME is set for the earliest of all deadlines. Outlives its timers.
class TimerfdTimers final : public Timers {
  public:
    explicit TimerfdTimers(EventLoop& loop);

    [[nodiscard]] std::unique_ptr<Timer> after(Duration delay, std::function<void()> fire) override;
    [[nodiscard]] std::unique_ptr<Timer> on_clock_step(std::function<void()> stepped) override;

  private:
    class Delay;
    class Watch;
    /// When, and then the order of starting: timers of one instant fire in that order, and one that is started by
    /// another waits for the loop to come round.
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
    Watches::iterator next_watch_;  // to be told next, while all are being told
    Fd delay_fd_;
    Fd step_fd_;
    EventPtr delay_event_;
    EventPtr step_event_;
};

}  // namespace agent
