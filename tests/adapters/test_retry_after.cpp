// SPDX-License-Identifier: Apache-2.0
#include "io/provider/retry_after.h"

#include <limits>

#include "expect.h"

using agent::Duration;
using agent::WallTime;
using std::chrono::seconds;

namespace {

constexpr WallTime kRetryAfterNow{seconds(1'800'000'000)};  // Fri, 15 Jan 2027 08:00:00 GMT

struct RetryAfterRow {
    const char* value;
    std::int64_t wait;  // seconds; -1: unreadable
};

constexpr RetryAfterRow kRetryAfterRows[] = {
    {"0", 0},
    {"120", 120},
    {" 7 ", 7},
    {"86400", 86'400},
    {"100000", 86'400},
    {"Fri, 15 Jan 2027 08:00:30 GMT", 30},
    {"Friday, 15-Jan-27 08:00:30 GMT", 30},
    {"Fri Jan 15 08:00:30 2027", 30},
    {"Fri, 15 Jan 2027 07:59:00 GMT", 0},
    {"Fri, 15 Jan 2038 08:00:00 GMT", 86'400},
    {"1800000042", 42},
    {"1700000000", 0},
    {"9223372036854775807", 86'400},
    {"", -1},
    {" ", -1},
    {"-5", -1},
    {"soon", -1},
    {"12 seconds", -1},
    {"1e3", -1},
    {"99999999999999999999", -1},
    {"1\r\n2", -1},
};

}  // namespace

Test(retry_after, reads_seconds_dates_and_unix_times) {
    for (const RetryAfterRow& row : kRetryAfterRows) {
        const auto wait = agent::parse_retry_after(row.value, kRetryAfterNow);
        cr_expect(wait.has_value() == (row.wait >= 0), "<%s>", row.value);
        if (wait) cr_expect(*wait == seconds(row.wait), "<%s> gave %ld ms", row.value, wait->count());
    }
}
