// SPDX-License-Identifier: Apache-2.0
#include "io/loop/timerfd_timers.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "expect.h"
#include "fakes/run_until.h"
#include "io/loop/sodium_entropy.h"
#include "io/loop/system_clock.h"

using agent::Duration;
using agent::EventLoop;
using agent::Timer;
using agent::TimerfdTimers;
using std::chrono::milliseconds;

TestSuite(timers, .timeout = 60);

Test(timers, fire_once_and_not_early) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    const agent::SystemClock clock;
    const agent::BootTime start = clock.boot_now();
    int fired = 0;
    const auto timer = timers.after(milliseconds(30), [&] { ++fired; });
    cr_expect(fakes::run_until(loop, [&] { return fired != 0; }));
    cr_expect(clock.boot_now() - start >= milliseconds(30));
    fakes::run_what_is_due(loop);
    cr_expect(fired == 1);
}

Test(timers, fire_in_order_of_deadline_and_then_of_start) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    std::string order;
    const auto c = timers.after(milliseconds(20), [&] { order += 'c'; });
    const auto a = timers.after(Duration(-5), [&] { order += 'a'; });
    const auto b = timers.after(Duration::zero(), [&] { order += 'b'; });
    cr_expect(order.empty(), "never before after() has returned");
    cr_expect(fakes::run_until(loop, [&] { return order.size() == 3; }));
    EXPECT_TEXT(order, "abc");
}

Test(timers, are_cancelled_by_destruction) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    bool wrong = false;
    bool last = false;
    auto cancelled = timers.after(milliseconds(1), [&] { wrong = true; });
    const auto later = timers.after(milliseconds(10), [&] { last = true; });
    cancelled.reset();
    cr_expect(fakes::run_until(loop, [&] { return last; }));
    cr_expect_not(wrong);
}

Test(timers, may_destroy_themselves_and_each_other_while_firing) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    std::unique_ptr<Timer> self;
    std::unique_ptr<Timer> other;
    bool wrong = false;
    bool fired = false;
    self = timers.after(Duration::zero(), [&] {
        self.reset();
        other.reset();
        fired = true;
    });
    other = timers.after(Duration::zero(), [&] { wrong = true; });
    cr_expect(fakes::run_until(loop, [&] { return fired; }));
    fakes::run_what_is_due(loop);
    cr_expect_not(wrong);
}

Test(timers, that_start_timers_do_not_starve_the_loop) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    std::unique_ptr<Timer> timer;
    int fired = 0;
    std::function<void()> again = [&] {
        ++fired;
        timer = timers.after(Duration::zero(), again);
    };
    again();
    event_base_loop(loop.base(), EVLOOP_ONCE);
    cr_expect(fired == 2, "one for each round of the loop, not %d", fired - 1);
    cr_expect(fakes::run_until(loop, [&] { return fired == 50; }));
}

Test(timers, take_any_delay) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    bool wrong = false;
    bool fired = false;
    const auto never = timers.after(Duration::max(), [&] { wrong = true; });
    const auto at_once = timers.after(Duration::min(), [&] { fired = true; });
    cr_expect(fakes::run_until(loop, [&] { return fired; }));
    cr_expect_not(wrong);
}

Test(timers, keep_thousands_apart) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    std::vector<std::unique_ptr<Timer>> kept;
    int fired = 0;
    for (int i = 0; i < 10'000; ++i) {
        auto timer = timers.after(milliseconds(i % 50), [&] { ++fired; });
        if (i % 2 == 0) kept.push_back(std::move(timer));
    }
    cr_expect(fakes::run_until(loop, [&] { return fired == 5'000; }));
    fakes::run_what_is_due(loop);
    cr_expect(fired == 5'000);
}

Test(clock_step, is_told_to_all_who_watch, .timeout = 60) {
    EventLoop loop;
    TimerfdTimers timers(loop);
    int told = 0;
    std::unique_ptr<Timer> leaves;
    leaves = timers.on_clock_step([&] {
        ++told;
        leaves.reset();
    });
    const auto stays = timers.on_clock_step([&] { ++told; });
    auto gone = timers.on_clock_step([&] { cr_expect(false, "cancelled"); });
    gone.reset();
    fakes::run_what_is_due(loop);
    cr_expect(told == 0);

    // To what it shows already: a step of less than a microsecond.
    const auto step = [] {
        timespec now{};
        ::clock_gettime(CLOCK_REALTIME, &now);
        return ::clock_settime(CLOCK_REALTIME, &now) == 0;
    };
    if (!step()) cr_skip_test("the clock cannot be set: %s", std::strerror(errno));
    cr_expect(fakes::run_until(loop, [&] { return told == 2; }));
    cr_expect(step());
    cr_expect(fakes::run_until(loop, [&] { return told == 3; }), "a watch lasts");
}

Test(system_clock, agrees_with_the_kernel) {
    const agent::SystemClock clock;
    const auto before = std::chrono::system_clock::now() - milliseconds(1);
    const auto read = clock.now();
    cr_expect(read >= before && read <= std::chrono::system_clock::now());
    const auto boot = clock.boot_now();
    cr_expect(clock.boot_now() >= boot && boot.time_since_epoch() > Duration::zero());
}

Test(sodium_entropy, fills_and_stays_within_the_unit) {
    agent::SodiumEntropy entropy;
    std::array<std::byte, 32> one{};
    std::array<std::byte, 32> other{};
    entropy.fill(one);
    entropy.fill(other);
    cr_expect(one != other);

    double lowest = 1;
    double highest = 0;
    for (int i = 0; i < 10'000; ++i) {
        const double drawn = entropy.unit();
        lowest = std::min(lowest, drawn);
        highest = std::max(highest, drawn);
    }
    cr_expect(lowest >= 0 && lowest < 0.01 && highest > 0.99 && highest < 1);
}
