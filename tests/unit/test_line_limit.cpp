// SPDX-License-Identifier: Apache-2.0
#include "io/api/line_limit.h"

#include <algorithm>
#include <string>

#include "base/log.h"
#include "expect.h"
#include "fakes/api_fixture.h"
#include "fakes/fake_clock.h"

using agent::LineLimit;
using fakes::ApiFixture;

Test(line_limit, counts_what_is_too_much) {
    fakes::FakeClock clock;
    LineLimit limit(clock);
    for (unsigned i = 0; i < LineLimit::kMostLines; ++i) cr_expect(limit.next(1000) == std::uint64_t{0});
    for (int i = 0; i < 95'223; ++i) cr_expect_not(limit.next(1000).has_value());
    cr_expect(limit.next(1001) == std::uint64_t{0}, "of each user alone");
    clock.advance(LineLimit::kPeriod);
    cr_expect(limit.next(1000) == std::uint64_t{95'223});
    cr_expect(limit.next(1000) == std::uint64_t{0});
}

namespace {

std::string logged;

/// What the log says meanwhile.
struct Captured {
    Captured() {
        logged.clear();
        agent::set_log_sink([](const agent::LogRecord& record) {
            logged.append(record.text).append("\n");
            return true;
        });
    }
    ~Captured() { agent::set_log_sink(nullptr); }
    Captured(const Captured&) = delete;
    Captured& operator=(const Captured&) = delete;
};

}  // namespace

Test(line_limit, a_flood_of_forbidden_requests_is_a_few_lines) {
    const Captured captured;
    ApiFixture api;
    for (int i = 0; i < 1000; ++i) static_cast<void>(api.post("/v1/lock", "", ApiFixture::kStranger));
    cr_expect(std::count(logged.begin(), logged.end(), '\n') == LineLimit::kMostLines);
    api.clock.advance(LineLimit::kPeriod);
    static_cast<void>(api.post("/v1/lock", "", ApiFixture::kStranger));
    EXPECT_CONTAINS(logged, "left_out=990");
}

Test(line_limit, changes_are_logged_with_who_made_them) {
    const Captured captured;
    ApiFixture api;
    const auto removed = api.ask(agent::ApiMethod::kDelete, "/v1/apps/firm");
    EXPECT_TEXT(logged, "");
    api.apps.changes.answer({});
    EXPECT_TEXT(logged,
                "request answered uid=1000 pid=42 method=DELETE route=\"/v1/apps/{app}\" of=firm status=204 ms=0\n");
    logged.clear();
    const auto unlocked = api.post("/v1/unlock", R"({"passphrase":"wrong"})");
    api.keyring.done(agent::fail(agent::Error::Code::kForbidden, "wrong"));
    EXPECT_TEXT(logged, "request answered uid=1000 pid=42 method=POST route=/v1/unlock of=\"\" status=403 ms=0\n");
    logged.clear();
    static_cast<void>(api.get("/v1/accounts"));
    static_cast<void>(api.get("/v1/keys"));
    EXPECT_TEXT(logged, "");
}
