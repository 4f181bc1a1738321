// SPDX-License-Identifier: Apache-2.0
#include "app/report/watchdog.h"

#include <chrono>

#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/run_until.h"
#include "fakes/service_manager.h"
#include "fakes/store_changes.h"
#include "io/loop/timerfd_timers.h"
#include "io/store/sqlite_token_store.h"

using namespace std::chrono_literals;
using agent::Result;

TestSuite(watchdog, .timeout = 60);

namespace {

constexpr auto kInterval = 20ms;

struct WatchdogStage {
    WatchdogStage() {
        cr_assert(store.load([](const agent::StoredRow&) {}));
        watchdog.emplace(
            timers, kInterval, [this](agent::TokenStore::Done done) { return store.ping(std::move(done)); },
            [] { return false; });
    }
    bool hears_of_it(int times = 1) {
        return fakes::run_until(loop, [&] {
            if (manager.told() == "WATCHDOG=1") --times;
            return times <= 0;
        });
    }
    /// Lets several intervals go by.
    void run_for_a_while() {
        bool over = false;
        const auto timer = timers.after(10 * kInterval, [&] { over = true; });
        cr_assert(fakes::run_until(loop, [&] { return over; }));
    }

    fakes::TemporaryDirectory directory;
    fakes::FaultyVfs& disk = fakes::FaultyVfs::install();
    fakes::ServiceManager manager;
    agent::EventLoop loop;
    agent::TimerfdTimers timers{loop};
    agent::SqliteTokenStore store{loop, agent::StoreFile::open(directory / "store.db").value()};
    std::optional<agent::Watchdog> watchdog;
};

}  // namespace

Test(watchdog, tells_again_and_again) {
    WatchdogStage stage;
    cr_expect(stage.hears_of_it(5));
}

Test(watchdog, says_nothing_while_the_disk_hangs) {
    WatchdogStage stage;
    cr_assert(stage.hears_of_it());
    stage.disk.hold_next_sync();
    bool committed = false;
    const auto commit =
        stage.store.commit(fakes::put("smith", 0, 1, "x"), [&](const Result<void>&) { committed = true; });
    stage.disk.await_held();
    // What was on its way when the disk began to hang.
    fakes::run_what_is_due(stage.loop);
    while (!stage.manager.told().empty()) {
    }
    stage.run_for_a_while();
    EXPECT_TEXT(stage.manager.told(), "");
    stage.disk.release();
    cr_expect(stage.hears_of_it(3));
    cr_expect(committed);
}

Test(watchdog, a_full_disk_is_alive) {
    WatchdogStage stage;
    stage.disk.fail_from(0, SQLITE_FULL);
    bool refused = false;
    const auto commit =
        stage.store.commit(fakes::put("smith", 0, 1, "x"), [&](const Result<void>& result) { refused = !result; });
    cr_expect(fakes::run_until(stage.loop, [&] { return refused; }));
    while (!stage.manager.told().empty()) {
    }
    cr_expect(stage.hears_of_it(3));
    stage.disk.heal();
}
