// SPDX-License-Identifier: Apache-2.0
#include "io/loop/timerfd_timers.h"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <utility>

namespace agent {

namespace {

using std::chrono::nanoseconds;

// Longer than any caller needs; keeps sums of nanoseconds from overflowing.
constexpr Duration kLongestDelay = std::chrono::hours(24 * 365 * 100);

nanoseconds boot_now() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

Fd make_timerfd(clockid_t clock) {
    return fd_or_throw(::timerfd_create(clock, TFD_CLOEXEC | TFD_NONBLOCK), "timerfd_create");
}

/// Makes the descriptor readable at `when`; immediately for a past time.
void set_timerfd(const Fd& fd, int flags, nanoseconds when) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(when);
    itimerspec setting{};
    setting.it_value.tv_sec = seconds.count();
    setting.it_value.tv_nsec = (when - seconds).count();
    ::timerfd_settime(fd.get(), flags, &setting, nullptr);
}

}  // namespace

class TimerfdTimers::Delay final : public Timer {
  public:
    Delay(TimerfdTimers& timers, Deadline deadline, std::function<void()> fire)
        : timers_(timers), at_(timers.delays_.emplace(deadline, this).first), fire_(std::move(fire)) {}
    ~Delay() override {
        // The timerfd stays set: one needless wakeup costs less than setting it again for each cancelled timer.
        if (at_ != timers_.delays_.end()) timers_.delays_.erase(at_);
    }
    Delay(const Delay&) = delete;
    Delay& operator=(const Delay&) = delete;

    void fire() {
        timers_.delays_.erase(at_);
        at_ = timers_.delays_.end();
        const auto call = std::move(fire_);
        call();
    }

  private:
    TimerfdTimers& timers_;
    Delays::iterator at_;
    std::function<void()> fire_;
};

class TimerfdTimers::Watch final : public Timer {
  public:
    Watch(TimerfdTimers& timers, std::function<void()> stepped)
        : timers_(timers),
          at_(timers.watches_.insert(timers.watches_.end(), this)),
          stepped_(std::make_shared<std::function<void()>>(std::move(stepped))) {}
    ~Watch() override {
        if (timers_.next_watch_ == at_) ++timers_.next_watch_;
        timers_.watches_.erase(at_);
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    void tell() {
        const auto stepped = stepped_;  // survives if the call destroys this watch
        (*stepped)();
    }

  private:
    TimerfdTimers& timers_;
    Watches::iterator at_;
    std::shared_ptr<std::function<void()>> stepped_;
};

TimerfdTimers::TimerfdTimers(EventLoop& loop)
    : next_watch_(watches_.end()),
      delay_fd_(make_timerfd(CLOCK_BOOTTIME)),
      step_fd_(make_timerfd(CLOCK_REALTIME)),
      delay_event_(loop.make_event(
          delay_fd_.get(), EV_READ | EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<TimerfdTimers*>(self)->on_due(); }, this)),
      step_event_(loop.make_event(
          step_fd_.get(), EV_READ | EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<TimerfdTimers*>(self)->on_step(); }, this)) {
    event_add(delay_event_.get(), nullptr);
    event_add(step_event_.get(), nullptr);
    arm_step_watch();
}

std::unique_ptr<Timer> TimerfdTimers::after(Duration delay, std::function<void()> fire) {
    const nanoseconds deadline = boot_now() + std::clamp(delay, Duration::zero(), kLongestDelay);
    const bool is_earliest = delays_.empty() || deadline < delays_.begin()->first.first;
    auto timer = std::make_unique<Delay>(*this, Deadline(deadline, next_order_++), std::move(fire));
    if (is_earliest) arm_delays();
    return timer;
}

std::unique_ptr<Timer> TimerfdTimers::on_clock_step(std::function<void()> stepped) {
    return std::make_unique<Watch>(*this, std::move(stepped));
}

void TimerfdTimers::on_due() {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const ssize_t size = ::read(delay_fd_.get(), &expirations, sizeof expirations);
    const Deadline due(boot_now(), next_order_);
    while (!delays_.empty() && delays_.begin()->first < due) delays_.begin()->second->fire();
    if (!delays_.empty()) arm_delays();
}

void TimerfdTimers::arm_delays() {
    set_timerfd(delay_fd_, TFD_TIMER_ABSTIME, delays_.begin()->first.first);
}

void TimerfdTimers::on_step() {
    std::uint64_t expirations = 0;
    const bool stepped = ::read(step_fd_.get(), &expirations, sizeof expirations) < 0 && errno == ECANCELED;
    arm_step_watch();
    if (!stepped) return;
    next_watch_ = watches_.begin();
    while (next_watch_ != watches_.end()) (*next_watch_++)->tell();
}

void TimerfdTimers::arm_step_watch() {
    // Never meant to expire. timerfd_create(2): a read fails with ECANCELED after the clock was set; waking from
    // suspend counts as such.
    set_timerfd(step_fd_, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, std::chrono::hours(24 * 365 * 200));
}

}  // namespace agent
