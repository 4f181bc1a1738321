// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/refresh_timing.h"

#include "expect.h"

using agent::Duration;
using agent::WallTime;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kRefreshTimingNow{std::chrono::seconds(1'767'225'600)};
constexpr double kAlmostOne = 0x1.fffffffffffffp-1;

struct Wait {
    std::uint32_t failures;
    std::optional<Duration> retry_after;
    double unit;
    Duration expected;
};

const Wait kWaits[] = {
    {0, std::nullopt, 0.0, 0ms},
    {0, std::nullopt, 0.25, 250ms},
    {0, std::nullopt, kAlmostOne, 1s},
    {1, std::nullopt, kAlmostOne, 2s},
    {4, std::nullopt, 0.5, 8s},
    {9, std::nullopt, kAlmostOne, 512s},
    {10, std::nullopt, 0.5, 5min},
    {20, std::nullopt, 0.5, 5min},
    {4'000'000'000, std::nullopt, kAlmostOne, 10min},
    {0, 30s, 0.0, 30s},
    {0, 30s, 0.5, 30s + 500ms},
    {10, 30s, 0.5, 30s + 5min},
    {0, 24h, 0.0, 1h},
    {0, -30s, 0.0, 0ms},
    {0, Duration::max(), 0.5, 1h + 500ms},
};

}  // namespace

Test(refresh_timing, refresh_at_is_spread_around_the_fraction) {
    const auto drawn = [](double unit) {
        return agent::draw_refresh_at(kRefreshTimingNow, 1000s, 0.8, unit) - kRefreshTimingNow;
    };
    cr_expect(drawn(0.0) == 720s);
    cr_expect(drawn(0.5) == 800s);
    cr_expect(drawn(kAlmostOne) == 880s);
}

Test(refresh_timing, a_tenth_of_the_life_is_always_to_spare) {
    for (const Duration lifetime : {Duration(10s), Duration(1h), Duration(24h * 30)}) {
        for (const double fraction : {0.5, 0.8, 0.9, 0.99, 1.0}) {
            for (const double unit : {0.0, 0.5, kAlmostOne}) {
                const auto at = agent::draw_refresh_at(kRefreshTimingNow, lifetime, fraction, unit);
                cr_expect(at > kRefreshTimingNow && at <= kRefreshTimingNow + lifetime * 9 / 10, "%f %f", fraction,
                          unit);
            }
        }
    }
}

Test(refresh_timing, expiry_leaves_a_margin_for_the_wire) {
    cr_expect(agent::expiry(kRefreshTimingNow, 1h) == kRefreshTimingNow + 1h - 1s);
    cr_expect(agent::expiry(kRefreshTimingNow, 24h * 30) == kRefreshTimingNow + 24h * 30 - 1s);
    cr_expect(agent::expiry(kRefreshTimingNow, 100s) == kRefreshTimingNow + 99s);
    cr_expect(agent::expiry(kRefreshTimingNow, 10s) == kRefreshTimingNow + 9900ms);
    cr_expect(agent::expiry(kRefreshTimingNow, 1s) == kRefreshTimingNow + 990ms);
}

Test(refresh_timing, report_pause_doubles) {
    const std::pair<std::uint32_t, Duration> rows[] = {
        {0, 0min}, {1, 10min}, {2, 20min}, {3, 40min}, {6, 320min}, {7, 6h}, {30, 6h}, {4'000'000'000, 6h},
    };
    for (const auto& [in_a_row, pause] : rows) cr_expect(agent::report_pause(in_a_row) == pause, "%u", in_a_row);
}

Test(refresh_timing, backoff) {
    int number = 0;
    for (const Wait& row : kWaits) {
        const Duration got = agent::backoff(row.failures, row.retry_after, row.unit);
        cr_expect(got == row.expected, "row %d: %lld ms", number, static_cast<long long>(got.count()));
        ++number;
    }
}

Test(refresh_timing, a_wish_that_can_be_met_is_met) {
    cr_expect(agent::attainable_min_ttl(60s, 1h) == 60s);
    cr_expect(agent::attainable_min_ttl(59min, 1h) == 59min);
    cr_expect(agent::attainable_min_ttl(0s, 1h) == 1ms, "a token that is dead now is never good");
}

Test(refresh_timing, a_wish_that_no_token_can_meet_is_cut) {
    cr_expect(agent::attainable_min_ttl(1h, 1h) == 6min);
    cr_expect(agent::attainable_min_ttl(24h, 20s) == 2s);
    cr_expect(agent::attainable_min_ttl(24h, 5ms) == 1ms);
}
