// SPDX-License-Identifier: Apache-2.0
#include "app/lock/auto_lock.h"

#include <algorithm>
#include <utility>

namespace agent {

namespace {

// Two clocks are never read at the same instant.
constexpr Duration kBetweenReadings = std::chrono::milliseconds(100);

}  // namespace

AutoLock::AutoLock(Config::Lock when, const Clock& clock, Timers& timers, std::function<BootTime()> last_used,
                   std::function<void(const char* why)> lock)
    : when_(when), clock_(clock), timers_(timers), last_used_(std::move(last_used)), lock_(std::move(lock)) {}

void AutoLock::set(Config::Lock when) {
    when_ = when;
    end();
}

void AutoLock::end() {
    idle_.reset();
    wake_up_.reset();
    ask_again_.reset();
}

void AutoLock::begin() {
    end();
    begun_ = clock_.boot_now();
    if (when_.after_idle) look_whether_idle();
    if (!when_.on_suspend) return;
    suspended_ = clock_.time_suspended();
    // The kernel reports a wake-up like a step of the clock (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
    wake_up_ = timers_.on_clock_step([this] { look_whether_suspended(); });
}

void AutoLock::look_whether_idle() {
    const Duration idle = clock_.boot_now() - std::max(last_used_(), begun_);
    const bool long_enough = idle >= *when_.after_idle;
    idle_ = timers_.after(long_enough ? kAskAgain : *when_.after_idle - idle, [this] { look_whether_idle(); });
    if (long_enough) lock_("there were no requests");
}

void AutoLock::look_whether_suspended() {
    const Duration before = std::exchange(suspended_, clock_.time_suspended());
    if (suspended_ > before + kBetweenReadings) ask_after_suspend();
}

void AutoLock::ask_after_suspend() {
    ask_again_ = timers_.after(kAskAgain, [this] { ask_after_suspend(); });
    lock_("the machine was suspended");
}

}  // namespace agent
