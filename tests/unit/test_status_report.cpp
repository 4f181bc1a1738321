// SPDX-License-Identifier: Apache-2.0
#include "app/report/status_report.h"

#include <chrono>
#include <string>

#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/service_manager.h"

using namespace std::chrono_literals;

namespace {

struct StatusReportStage {
    void publish() {
        events.publish(
            {.at = {}, .kind = agent::EventKind::kRefreshed, .account = "smith", .generation = 1, .detail = {}});
    }

    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    agent::Events events;
    fakes::ServiceManager manager;
    std::string line = "1 account";
    int asked = 0;
    agent::StatusReport report{events, timers, [this] {
                                   ++asked;
                                   return line;
                               }};
};

}  // namespace

Test(status_report, begins_when_it_is_ready) {
    StatusReportStage stage;
    stage.publish();
    stage.timers.advance(1h);
    EXPECT_TEXT(stage.manager.told(), "");
    stage.report.ready();
    EXPECT_TEXT(stage.manager.told(), "READY=1\nSTATUS=1 account");
}

Test(status_report, tells_within_a_minute_and_only_what_has_changed) {
    StatusReportStage stage;
    stage.report.ready();
    EXPECT_TEXT(stage.manager.told(), "READY=1\nSTATUS=1 account");
    stage.timers.advance(1h);
    EXPECT_TEXT(stage.manager.told(), "");
    stage.line = "2 accounts";
    stage.timers.advance(59s);
    EXPECT_TEXT(stage.manager.told(), "");
    stage.timers.advance(1s);
    EXPECT_TEXT(stage.manager.told(), "STATUS=2 accounts");
    stage.timers.advance(1h);
    EXPECT_TEXT(stage.manager.told(), "");
}

Test(status_report, looks_once_soon_after_however_many_events) {
    StatusReportStage stage;
    stage.report.ready();
    EXPECT_TEXT(stage.manager.told(), "READY=1\nSTATUS=1 account");
    stage.line = "2 accounts";
    stage.asked = 0;
    for (int i = 0; i < 1000; ++i) stage.publish();
    cr_expect(stage.asked == 0);
    stage.timers.advance(500ms);
    stage.publish();
    stage.timers.advance(500ms);
    cr_expect(stage.asked == 1);
    EXPECT_TEXT(stage.manager.told(), "STATUS=2 accounts");
    stage.line = "3 accounts";
    stage.timers.advance(1min);
    EXPECT_TEXT(stage.manager.told(), "STATUS=3 accounts");
}

Test(status_report, ends_with_a_trouble_that_lasts) {
    StatusReportStage stage;
    stage.report.set_remark("configuration not reloaded: line 3");
    stage.report.ready();
    EXPECT_TEXT(stage.manager.told(), "READY=1\nSTATUS=1 account; configuration not reloaded: line 3");
    stage.report.set_remark("");
    stage.timers.advance(1min);
    EXPECT_TEXT(stage.manager.told(), "STATUS=1 account");
}
