// SPDX-License-Identifier: Apache-2.0
#include "io/loop/event_loop.h"

#include <csignal>
#include <thread>

#include "expect.h"
#include "fakes/run_until.h"
#include "io/loop/wakeup.h"

using agent::EventLoop;

TestSuite(event_loop, .timeout = 60);

Test(event_loop, runs_until_it_is_stopped) {
    EventLoop loop;
    int woken = 0;
    agent::Wakeup wakeup(loop, [&] {
        if (++woken == 2) return loop.stop();
        wakeup.wake();
    });
    wakeup.wake();
    loop.run();
    cr_expect(woken == 2);
}

Test(event_loop, ends_when_it_was_stopped_before_it_ran) {
    EventLoop loop;
    const agent::Wakeup keeps_it_busy(loop, [] {});
    loop.stop();
    loop.run();
}

Test(event_loop, tells_of_signals) {
    EventLoop loop;
    int caught = 0;
    const agent::SignalWatch watch(loop, SIGHUP, [&] { ++caught; });
    std::raise(SIGHUP);
    cr_expect(caught == 0, "never from within the signal handler");
    cr_expect(fakes::run_until(loop, [&] { return caught == 1; }));
}

Test(event_loop, wakes_from_another_thread_once_for_many_calls) {
    EventLoop loop;
    int woken = 0;
    agent::Wakeup wakeup(loop, [&] { ++woken; });
    std::thread other([&] {
        for (int i = 0; i < 100; ++i) wakeup.wake();
    });
    other.join();
    cr_expect(woken == 0);
    cr_expect(fakes::run_until(loop, [&] { return woken != 0; }));
    fakes::run_what_is_due(loop);
    cr_expect(woken == 1);
}
