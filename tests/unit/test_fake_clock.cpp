// SPDX-License-Identifier: Apache-2.0
#include "fakes/fake_clock.h"

#include <string>

#include "expect.h"

using agent::Timer;
using fakes::FakeClock;
using fakes::FakeTimers;
using namespace std::chrono_literals;

Test(fake_clock, fires_in_the_order_of_time_each_at_its_own) {
    FakeClock clock;
    FakeTimers timers(clock);
    const auto start = clock.now();
    std::string fired;
    const auto note = [&](const char* name) {
        return [&, name] { fired += name + std::to_string((clock.now() - start) / 1s) + " "; };
    };
    const auto c = timers.after(3s, note("c"));
    const auto a = timers.after(1s, note("a"));
    const auto b = timers.after(1s, note("b"));
    const auto late = timers.after(10s, note("late"));
    const auto past = timers.after(-5s, note("past"));
    EXPECT_TEXT(fired, "");
    timers.advance(3s);
    EXPECT_TEXT(fired, "past0 a1 b1 c3 ");
    cr_expect(clock.now() == start + 3s);
    cr_expect(timers.waiting() == 1);
}

Test(fake_clock, timers_set_meanwhile_fire_in_their_turn) {
    FakeClock clock;
    FakeTimers timers(clock);
    int ticks = 0;
    std::unique_ptr<Timer> timer;
    std::function<void()> tick = [&] {
        ++ticks;
        timer = timers.after(1s, tick);  // replaces the timer that fires
    };
    timer = timers.after(1s, tick);
    timers.advance(10s);
    cr_expect(ticks == 10);
}

Test(fake_clock, a_destroyed_timer_never_fires) {
    FakeClock clock;
    FakeTimers timers(clock);
    int fired = 0;
    std::unique_ptr<Timer> second;
    const auto first = timers.after(1s, [&] { second.reset(); });
    second = timers.after(1s, [&] { ++fired; });
    timers.advance(2s);
    cr_expect(fired == 0);
}

Test(fake_clock, wall_and_boot_time_apart) {
    FakeClock clock;
    FakeTimers timers(clock);
    const auto boot = clock.boot_now();
    int fired = 0;
    int steps = 0;
    const auto timer = timers.after(1h, [&] { ++fired; });
    const auto watch = timers.on_clock_step([&] { ++steps; });
    timers.set_wall(FakeClock::kStart + 24h * 365);
    cr_expect(fired == 0 && steps == 1 && clock.boot_now() == boot);
    timers.sleep(48h);
    cr_expect(fired == 1 && steps == 2);
    cr_expect(clock.boot_now() == boot + 48h && clock.now() == FakeClock::kStart + 24h * 367);
}
