// SPDX-License-Identifier: Apache-2.0
#include "app/lock/auto_lock.h"

#include <algorithm>
#include <utility>

namespace agent {

namespace {

constexpr Duration kTwoReadings = std::chrono::milliseconds(100);  // of two clocks are never made at one moment

}  // namespace

AutoLock::AutoLock(Config::Lock when, const SystemClock& clock, Timers& timers, std::function<BootTime()> last_used,
                   std::function<void(const char* why)> lock)
    : when_(when), clock_(clock), timers_(timers), last_used_(std::move(last_used)), lock_(std::move(lock)) {}

void AutoLock::set(Config::Lock when) {
    when_ = when;
    idle_.reset();
    wake_up_.reset();
}

void AutoLock::begin() {
    begun_ = clock_.boot_now();
    if (when_.after_idle) look_whether_idle();
    if (!when_.on_suspend) return;
    suspended_ = clock_.time_suspended();
    // The kernel tells of a wake-up as it tells of a step of the clock (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
    wake_up_ = timers_.on_clock_step([this] { look_whether_suspended(); });
}

void AutoLock::look_whether_idle() {
    const Duration idle = clock_.boot_now() - std::max(last_used_(), begun_);
    if (idle >= *when_.after_idle) {
        idle_.reset();
        return lock_("nobody has asked for anything");
    }
    idle_ = timers_.after(*when_.after_idle - idle, [this] { look_whether_idle(); });
}

void AutoLock::look_whether_suspended() {
    const Duration before = std::exchange(suspended_, clock_.time_suspended());
    if (suspended_ > before + kTwoReadings) lock_("the machine was suspended");
}

}  // namespace agent
