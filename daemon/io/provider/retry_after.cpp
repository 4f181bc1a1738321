// SPDX-License-Identifier: Apache-2.0
#include "io/provider/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "base/text/ascii.h"
#include "base/text/number.h"

namespace agent {

namespace {

constexpr std::chrono::seconds kLongest = std::chrono::hours(24);
constexpr std::int64_t kUnixTimeFrom = 1'000'000'000;  // 2001; as a delay it would be 31 years

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view value) {
    const std::int64_t seconds = ::curl_getdate(std::string(trimmed(value)).c_str(), nullptr);
    if (seconds < 0) return std::nullopt;
    return WallTime(std::chrono::seconds(seconds));
}

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
    value = trimmed(value);
    const auto number = whole_number<std::int64_t>(value);
    const bool is_number = number && value.front() != '-';
    std::int64_t seconds = number.value_or(0);
    if (!is_number) {
        const auto date = parse_http_date(value);
        if (!date) return std::nullopt;
        seconds = unix_seconds(*date);
    }
    if (!is_number || seconds >= kUnixTimeFrom) {
        seconds = std::max<std::int64_t>(seconds - unix_seconds(now), 0);
    }
    return std::min(std::chrono::seconds(seconds), kLongest);
}

}  // namespace agent
