// SPDX-License-Identifier: Apache-2.0
#include "app/report/watchdog.h"

#include <chrono>
#include <optional>

#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_token_store.h"
#include "fakes/service_manager.h"

using namespace agent;
using namespace std::chrono_literals;

namespace {

constexpr Duration kInterval = 30s;

struct WatchdogStage {
    /// How often the manager was told since the last call.
    int told() {
        int times = 0;
        while (manager.told() == "WATCHDOG=1") ++times;
        return times;
    }

    fakes::ServiceManager manager;
    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeTokenStore store{timers};
    int pings = 0;
    bool at_stake = false;
    Watchdog watchdog{timers, kInterval,
                      [this](TokenStore::Done done) {
                          ++pings;
                          return store.commit({}, std::move(done));
                      },
                      [this] { return at_stake; }};
};

}  // namespace

Test(watchdog, tells_twice_in_each_interval) {
    WatchdogStage stage;
    stage.timers.turn();
    cr_expect(stage.told() == 1, "at the start");
    stage.timers.advance(4 * kInterval);
    cr_expect(stage.told() == 8);
}

Test(watchdog, tells_nothing_while_the_store_hangs_and_asks_it_once) {
    WatchdogStage stage;
    stage.timers.turn();
    stage.told();
    stage.store.hold();
    stage.timers.advance(10 * kInterval);
    cr_expect(stage.told() == 0);
    cr_expect(stage.pings == 2);
    stage.store.release();
    stage.timers.turn();
    cr_expect(stage.told() == 1);
    stage.timers.advance(kInterval);
    cr_expect(stage.told() == 2);
}

Test(watchdog, a_disk_that_hangs_does_not_end_a_daemon_with_tokens_at_stake) {
    WatchdogStage stage;
    stage.timers.turn();
    stage.told();
    stage.store.hold();
    stage.at_stake = true;
    stage.timers.advance(4 * kInterval);  // the socket takes ten that nobody has read
    cr_expect(stage.told() == 8);
    stage.at_stake = false;
    stage.timers.advance(10 * kInterval);
    cr_expect(stage.told() == 0, "once they are safe or lost, the disk counts again");
}

Test(watchdog, a_disk_that_refuses_is_alive) {
    WatchdogStage stage;
    stage.store.disk_is_full();
    stage.timers.advance(kInterval);
    cr_expect(stage.told() == 3);
}
