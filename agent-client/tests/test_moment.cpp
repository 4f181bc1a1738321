// SPDX-License-Identifier: Apache-2.0
#include "cli/input/moment.h"

#include <cstdlib>
#include <ctime>
#include <string>

#include "expect.h"

using agent::moment_meant;

namespace {

constexpr std::int64_t kMomentNow = 1'795'791'600;  // 2026-11-27 16:00:00 in Vienna

std::string meant(std::string_view text) {
    const auto moment = moment_meant(text, kMomentNow);
    return moment ? std::to_string(*moment - kMomentNow) : "none";
}

}  // namespace

Test(moment, is_some_time_ago_or_a_point_in_time) {
    ::setenv("TZ", "Europe/Vienna", 1);
    ::tzset();
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"90s", "-90"},
        {"30m", "-1800"},
        {"2h", "-7200"},
        {"7d", "-604800"},
        {"0s", "0"},
        {"4000000000s", "-1795791600"},  // not before 1970
        {"2026-11-27 16:00:00", "0"},
        {"2026-11-27 15:59", "-60"},
        {"2026-11-27", "-57600"},
        {"10:00", "-21600"},
        {"10:00:30", "-21570"},
        {"2026-07-01 17:00:00", "-12873600"},  // in summer time
    };
    for (const auto& [text, difference] : rows) EXPECT_TEXT(meant(text), difference);
}

Test(moment, is_nothing_else) {
    for (const char* text : {"", "s", "2", "h2", "-2h", "2 h", "2w", "1.5h", "yesterday", "2026", "2026-13-01",
                             "2026-11-27T", "2026-11-27 25:00", "10:00 ", "27.11.2026", "99999999999d"})
        EXPECT_TEXT(meant(text), "none");
}
