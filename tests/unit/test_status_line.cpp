// SPDX-License-Identifier: Apache-2.0
#include "app/report/status_line.h"

#include <chrono>

#include "expect.h"

using namespace std::chrono_literals;
using agent::status_line;

namespace {

const agent::WallTime kNow = agent::WallTime(1'000'000s);

std::string next_in(agent::Duration left) {
    agent::AgentStatus status;
    status.accounts = 1;
    status.next_refresh = kNow + left;
    return status_line(status, kNow);
}

}  // namespace

Test(status_line, counts_what_matters) {
    agent::AgentStatus status;
    EXPECT_TEXT(status_line(status, kNow), "0 accounts");
    status.accounts = 1;
    status.refreshing = 1;
    EXPECT_TEXT(status_line(status, kNow), "1 account");
    status.accounts = 3;
    status.login_required = 1;
    status.next_refresh = kNow + 42min;
    EXPECT_TEXT(status_line(status, kNow), "3 accounts, 1 login required, next refresh in 42 min");
    status.needs_attention = 1;
    status.stale = 2;
    status.store_error = "store: disk full";
    EXPECT_TEXT(status_line(status, kNow),
                "3 accounts, 1 login required, 1 needs attention, 2 stale, next refresh in 42 min; store: disk full");
}

Test(status_line, says_when_in_the_unit_that_fits) {
    EXPECT_TEXT(next_in(-1h), "1 account, next refresh in less than a minute");
    EXPECT_TEXT(next_in(59s), "1 account, next refresh in less than a minute");
    EXPECT_TEXT(next_in(60s), "1 account, next refresh in 1 min");
    EXPECT_TEXT(next_in(119min), "1 account, next refresh in 119 min");
    EXPECT_TEXT(next_in(2h), "1 account, next refresh in 2 h");
    EXPECT_TEXT(next_in(47h), "1 account, next refresh in 47 h");
    EXPECT_TEXT(next_in(24h * 24), "1 account, next refresh in 24 days");
}
