// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace agent {

/// How long the value of a Retry-After header asks to wait: seconds or a date (RFC 9110 section 10.2.3). Clio's older
/// pages name Retry-At, whose value is read alike, or as a Unix time when it is too large for a delay. Nothing when it
/// cannot be read; zero for a date that has passed; a day at most, whatever is asked.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

}  // namespace agent
