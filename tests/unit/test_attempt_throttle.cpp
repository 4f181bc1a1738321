// SPDX-License-Identifier: Apache-2.0
#include "core/keys/attempt_throttle.h"

#include "expect.h"
#include "fakes/fake_clock.h"

using namespace std::chrono_literals;
using agent::AttemptThrottle;

namespace {

struct AttemptThrottleStage {
    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    AttemptThrottle throttle{clock, timers};
    int begun = 0;

    agent::Result<void> begin(std::uint32_t user) {
        return throttle.begin(user, [this] { ++begun; });
    }
    void be_wrong(std::uint32_t user) {
        cr_assert(begin(user));
        timers.advance(AttemptThrottle::kLongestWait);
        throttle.ended(user, AttemptThrottle::Outcome::kWrong);
    }
};

}  // namespace

Test(attempt_throttle, the_first_one_begins_soon) {
    AttemptThrottleStage stage;
    cr_assert(stage.begin(1000));
    cr_expect(stage.begun == 0, "not before it has returned");
    stage.timers.turn();
    cr_expect(stage.begun == 1);
}

Test(attempt_throttle, each_wrong_one_makes_the_next_wait_longer) {
    AttemptThrottleStage stage;
    stage.be_wrong(1000);
    for (const auto wait : {1s, 2s, 4s, 8s, 16s, 30s, 30s}) {
        cr_assert(stage.begin(1000));
        const int before = stage.begun;
        stage.timers.advance(wait - 1ms);
        cr_expect(stage.begun == before, "before %d s", static_cast<int>(wait.count()));
        stage.timers.advance(1ms);
        cr_expect(stage.begun == before + 1, "after %d s", static_cast<int>(wait.count()));
        stage.throttle.ended(1000, AttemptThrottle::Outcome::kWrong);
    }
}

Test(attempt_throttle, a_right_one_is_forgiven) {
    AttemptThrottleStage stage;
    stage.be_wrong(1000);
    stage.be_wrong(1000);
    cr_assert(stage.begin(1000));
    stage.timers.advance(4s);
    stage.throttle.ended(1000, AttemptThrottle::Outcome::kRight);
    cr_assert(stage.begin(1000));
    stage.timers.turn();
    cr_expect(stage.begun == 4);
}

Test(attempt_throttle, one_that_tried_nothing_shortens_no_wait) {
    AttemptThrottleStage stage;
    stage.be_wrong(1000);
    stage.be_wrong(1000);
    for (int i = 0; i < 3; ++i) {
        cr_assert(stage.begin(1000));
        const int before = stage.begun;
        stage.timers.advance(2s - 1ms);
        cr_expect(stage.begun == before);
        stage.timers.advance(1ms);
        cr_expect(stage.begun == before + 1);
        stage.throttle.ended(1000, AttemptThrottle::Outcome::kNotTried);
    }
}

Test(attempt_throttle, one_at_a_time_for_each_user) {
    AttemptThrottleStage stage;
    stage.be_wrong(1000);
    stage.be_wrong(1000);
    cr_assert(stage.begin(1000));
    const auto second = stage.begin(1000);
    cr_assert_not(second);
    cr_expect(second.error().code == agent::Error::Code::kTemporarilyUnavailable);
    cr_expect(second.error().retry_after == 2s);

    cr_assert(stage.begin(0), "others do not wait for it");
    stage.timers.turn();
    cr_expect(stage.begun == 3);
}
