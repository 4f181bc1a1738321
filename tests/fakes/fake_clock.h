// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <utility>

#include "ports/clock.h"
#include "ports/timers.h"

namespace fakes {

/// A clock that only moves when a test moves it. Wall and boot time move together, except in set_wall().
class FakeClock : public agent::Clock {
  public:
    /// 2026-01-01T00:00Z, one day after the machine started.
    static constexpr agent::WallTime kStart{std::chrono::seconds(1'767'225'600)};

    [[nodiscard]] agent::WallTime now() const override { return wall_; }
    [[nodiscard]] agent::BootTime boot_now() const override { return boot_; }
    [[nodiscard]] agent::Duration time_suspended() const override { return suspended_; }

    /// Lets time pass. No timer fires: that is what FakeTimers::advance() is for.
    void advance(agent::Duration d) {
        wall_ += d;
        boot_ += d;
    }
    void set_wall(agent::WallTime t) { wall_ = t; }
    /// As advance(), with the machine asleep.
    void sleep(agent::Duration d) {
        advance(d);
        suspended_ += d;
    }

  private:
    agent::WallTime wall_ = kStart;
    agent::BootTime boot_{std::chrono::hours(24)};
    agent::Duration suspended_{0};
};

/// The event loop of a test: fires timers, in the order of their time, as the test lets time pass.
class FakeTimers : public agent::Timers {
  public:
    explicit FakeTimers(FakeClock& clock) : clock_(clock) {}

    [[nodiscard]] std::unique_ptr<agent::Timer> after(agent::Duration delay, std::function<void()> fire) override {
        const agent::BootTime at = clock_.boot_now() + std::max(delay, agent::Duration::zero());
        const Key key{at, ++last_};
        waiting_.emplace(key, std::move(fire));
        return std::make_unique<Handle>([this, key] { waiting_.erase(key); });
    }

    [[nodiscard]] std::unique_ptr<agent::Timer> on_clock_step(std::function<void()> stepped) override {
        const std::uint64_t id = ++last_;
        watches_.emplace(id, std::move(stepped));
        return std::make_unique<Handle>([this, id] { watches_.erase(id); });
    }

    /// Lets `d` pass and fires all that comes due meanwhile, each at its own time.
    void advance(agent::Duration d) {
        const agent::BootTime end = clock_.boot_now() + d;
        while (!waiting_.empty() && waiting_.begin()->first.first <= end) fire_first();
        clock_.advance(end - clock_.boot_now());
    }

    /// Fires what is due now, and what that makes due now.
    void turn() { advance(agent::Duration::zero()); }

    /// Fires the next timer, letting the time until then pass. False when none waits.
    bool advance_to_next() {
        if (waiting_.empty()) return false;
        fire_first();
        return true;
    }

    /// Somebody sets the wall clock.
    void set_wall(agent::WallTime t) {
        clock_.set_wall(t);
        tell_of_step();
        turn();
    }

    /// The machine sleeps for `d` and wakes up: all timers that were due meanwhile fire late.
    void sleep(agent::Duration d) {
        clock_.sleep(d);
        tell_of_step();
        turn();
    }

    [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

  private:
    using Key = std::pair<agent::BootTime, std::uint64_t>;  // timers for one moment fire in the order they were set

    struct Handle : agent::Timer {
        explicit Handle(std::function<void()> c) : cancel(std::move(c)) {}
        ~Handle() override { cancel(); }
        Handle(const Handle&) = delete;
        Handle& operator=(const Handle&) = delete;
        std::function<void()> cancel;
    };

    void fire_first() {
        constexpr int kEndlessLoop = 1'000'000;
        const auto first = waiting_.extract(waiting_.begin());
        const agent::Duration until = first.key().first - clock_.boot_now();
        fired_at_once_ = until > agent::Duration::zero() ? 0 : fired_at_once_ + 1;
        if (fired_at_once_ > kEndlessLoop) {
            std::fputs("fake timers: timers keep firing without any progress of time\n", stderr);
            std::abort();
        }
        clock_.advance(std::max(until, agent::Duration::zero()));
        first.mapped()();
    }

    void tell_of_step() {
        const auto told = watches_;
        for (const auto& [id, stepped] : told) {
            if (watches_.contains(id)) stepped();
        }
    }

    FakeClock& clock_;
    std::map<Key, std::function<void()>> waiting_;
    std::map<std::uint64_t, std::function<void()>> watches_;
    std::uint64_t last_ = 0;
    int fired_at_once_ = 0;
};

}  // namespace fakes
