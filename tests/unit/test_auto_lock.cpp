// SPDX-License-Identifier: Apache-2.0
#include "app/lock/auto_lock.h"

#include <string>

#include "expect.h"
#include "fakes/fake_clock.h"

using namespace agent;
using namespace std::chrono_literals;

namespace {

struct AutoLockStage {
    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    BootTime last_used;
    int asked = 0;
    std::string why;
    AutoLock auto_lock;

    explicit AutoLockStage(Config::Lock when)
        : auto_lock(
              when, clock, timers, [this] { return last_used; },
              [this](const char* reason) {
                  ++asked;
                  why = reason;
              }) {
        auto_lock.begin();
    }
};

}  // namespace

Test(auto_lock, locks_after_a_time_without_use) {
    AutoLockStage stage({.after_idle = 10min});
    stage.timers.advance(10min - 1s);
    cr_expect(stage.asked == 0);
    stage.timers.advance(1s);
    cr_expect(stage.asked == 1);
    EXPECT_TEXT(stage.why, "there were no requests");
}

Test(auto_lock, counts_from_the_last_use) {
    AutoLockStage stage({.after_idle = 10min});
    stage.timers.advance(9min);
    stage.last_used = stage.clock.boot_now();
    stage.timers.advance(10min - 1s);
    cr_expect(stage.asked == 0);
    stage.timers.advance(1s);
    cr_expect(stage.asked == 1);
}

Test(auto_lock, counts_from_unlocking_and_not_from_a_use_before) {
    AutoLockStage stage({.after_idle = 10min});
    stage.timers.advance(10min);
    stage.auto_lock.end();
    stage.timers.advance(1h);
    stage.auto_lock.begin();
    stage.timers.advance(10min - 1s);
    cr_expect(stage.asked == 1, "not as soon as it is unlocked");
    stage.timers.advance(1s);
    cr_expect(stage.asked == 2);
}

Test(auto_lock, asks_again_until_it_is_locked) {
    AutoLockStage stage({.after_idle = 10min});
    stage.timers.advance(10min);
    for (int i = 2; i < 6; ++i) {
        stage.timers.advance(AutoLock::kAskAgain);
        cr_expect(stage.asked == i);
    }
    stage.auto_lock.end();
    stage.timers.advance(1h);
    cr_expect(stage.asked == 5);
    cr_expect(stage.timers.waiting() == 0);
}

Test(auto_lock, a_use_after_a_refusal_counts) {
    AutoLockStage stage({.after_idle = 10min});
    stage.timers.advance(10min);
    stage.last_used = stage.clock.boot_now();
    stage.timers.advance(10min - 1s);
    cr_expect(stage.asked == 1);
}

Test(auto_lock, locks_when_the_machine_was_suspended) {
    AutoLockStage stage({.after_idle = {}, .on_suspend = true});
    stage.timers.advance(1h);
    cr_expect(stage.asked == 0);
    stage.timers.sleep(1min);
    cr_expect(stage.asked == 1);
    EXPECT_TEXT(stage.why, "the machine was suspended");
    stage.timers.advance(AutoLock::kAskAgain);
    cr_expect(stage.asked == 2, "a refusal is not the end of it");
}

Test(auto_lock, a_clock_that_was_set_is_not_a_suspended_machine) {
    AutoLockStage stage({.after_idle = {}, .on_suspend = true});
    stage.timers.set_wall(stage.clock.now() + 24h);
    cr_expect(stage.asked == 0);
}

Test(auto_lock, sleep_before_unlocking_does_not_count) {
    AutoLockStage stage({.after_idle = {}, .on_suspend = true});
    stage.auto_lock.end();
    stage.timers.sleep(1h);
    stage.auto_lock.begin();
    stage.timers.set_wall(stage.clock.now() + 1s);
    cr_expect(stage.asked == 0);
}

Test(auto_lock, a_new_configuration_replaces_the_one_before) {
    AutoLockStage stage({.after_idle = 10min, .on_suspend = true});
    stage.auto_lock.set({});
    stage.auto_lock.begin();
    stage.timers.sleep(1h);
    cr_expect(stage.asked == 0);
}

Test(auto_lock, once_it_is_locked_it_asks_no_more) {
    AutoLockStage stage({.after_idle = {}, .on_suspend = true});
    stage.timers.sleep(1min);
    stage.auto_lock.end();  // it was locked, and later unlocked
    stage.auto_lock.begin();
    stage.timers.advance(1h);
    cr_expect(stage.asked == 1);
}
