// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace agent {

/// The delay that a Retry-After header requests: seconds or a date (RFC 9110 section 10.2.3). Clio's older pages
/// mention Retry-At, which is parsed the same way, or as a Unix time if it is too large for a delay. Nullopt if it is
/// invalid; zero for a past date; at most a day.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

/// A date of a header (RFC 9110 section 5.6.7); nullopt if it is not a date.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view value);

}  // namespace agent
