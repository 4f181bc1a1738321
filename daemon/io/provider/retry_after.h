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

}  // namespace agent
