// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "base/time.h"

namespace agent {

/// When things happen in the life of a token set. All pure; `unit` is a random number in [0, 1).

inline constexpr double kDefaultAtFraction = 0.8;
inline constexpr double kSpread = 0.1;                              // refresh_at is drawn within ±10 %
inline constexpr Duration kFirstBackoff = std::chrono::seconds(1);  // the ceiling of the first wait
inline constexpr Duration kLongestBackoff = std::chrono::minutes(10);
inline constexpr Duration kLongestRetryAfter = std::chrono::hours(1);  // a server may not silence us for longer
/// While a token lives no wait is longer than half of what is left of it, or than this.
inline constexpr Duration kShortestHalf = std::chrono::seconds(10);
/// What is left of a token that is about to expire; less of one that lives shortly.
inline constexpr Duration kExpiresSoon = std::chrono::minutes(1);
inline constexpr Duration kLongestSavePause = std::chrono::seconds(10);
/// A refusal of the client or of the request will not go away by asking soon again: somebody has to correct something.
inline constexpr Duration kRefusedPause = kLongestBackoff;
/// A token set that seems to come from later than this means that the clock was set back.
inline constexpr Duration kClockTolerance = std::chrono::minutes(5);

/// How long the answer to a refresh is awaited that spends its refresh token.
inline constexpr Duration kPatienceWhenSpent = std::chrono::minutes(2);
/// A refresh of another program may take this long, from its intent to its token set: that, and as much again for its
/// turn, the connection and a slow disk.
inline constexpr Duration kLongestForeignRefresh = 2 * kPatienceWhenSpent + std::chrono::minutes(1);

/// What a request with a token may take to arrive, and what a server may round away.
inline constexpr Duration kWireMargin = std::chrono::seconds(1);
/// A refresh that a report has caused is given this long before a report causes another; see report_pause(). Longer
/// than Clio or a proxy takes to know a new token everywhere, and short enough for a second revocation to be cured
/// soon.
inline constexpr Duration kFirstReportPause = std::chrono::minutes(10);
inline constexpr Duration kLongestReportPause = std::chrono::hours(6);
inline constexpr Duration kReportsForgotten = std::chrono::hours(24);  // so long after the last that caused a refresh

/// When a token that was asked for at `asked_at` has to be taken for dead. The server counts from some moment after it
/// was asked; on top comes kWireMargin, or a hundredth of a lifetime so short that it would matter.
[[nodiscard]] WallTime expiry(WallTime asked_at, Duration lifetime);

/// How long after the last of `in_a_row` refreshes that reports have caused no report causes another: 0 after none,
/// then 10 min, 20 min … 6 h. See Refusals.
[[nodiscard]] Duration report_pause(std::uint32_t in_a_row);

/// Around `at_fraction` of the lifetime, spread by ±10 %, and always with a tenth of the lifetime to spare. Drawn once
/// for each generation and stored: drawing again at each look would collapse the spread.
[[nodiscard]] WallTime draw_refresh_at(WallTime obtained_at, Duration lifetime, double at_fraction, double unit);

/// Exponential with full jitter: uniform below 1 s, 2 s, 4 s … 10 min; never before `retry_after` has passed.
[[nodiscard]] Duration backoff(std::uint32_t failures, std::optional<Duration> retry_after, double unit);

/// No wish of a caller has a token refreshed that is younger than one part in so many of its life: all who may ask for
/// tokens could have one refreshed after the other.
inline constexpr int kYoungPart = 2;

/// From when on a token is about to expire, so that its refresh goes before those that callers ask for.
[[nodiscard]] WallTime expires_soon_at(WallTime obtained_at, WallTime expires_at);

/// 1 s, 2 s, 4 s, 8 s, 10 s: how long received tokens that the disk has refused wait to be saved again. They may be the
/// only copy, and a local disk needs no spread.
[[nodiscard]] Duration save_pause(std::uint32_t failures);

/// The least remaining life to insist on for a token that lives `lifetime` in all. A wish that no token can meet is
/// cut to a tenth of the lifetime, which the refresh in the background always leaves.
[[nodiscard]] Duration attainable_min_ttl(Duration wished, Duration lifetime);

}  // namespace agent
