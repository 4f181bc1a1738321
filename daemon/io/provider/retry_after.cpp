// SPDX-License-Identifier: Apache-2.0
#include "io/provider/retry_after.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace agent {

namespace {

constexpr std::chrono::seconds kLongest = std::chrono::hours(24);
constexpr std::int64_t kUnixTimeFrom = 1'000'000'000;  // 2001; as a delay it would be 31 years

std::string_view trim(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

std::optional<WallTime> parse_http_date(std::string_view value) {
    const std::int64_t seconds = ::curl_getdate(std::string(trim(value)).c_str(), nullptr);
    if (seconds < 0) return std::nullopt;
    return WallTime(std::chrono::seconds(seconds));
}

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
    value = trim(value);
    if (value.empty()) return std::nullopt;
    std::int64_t seconds = 0;
    const char* const end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, seconds);
    const bool is_number = error == std::errc() && stopped == end && value.front() != '-';
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
