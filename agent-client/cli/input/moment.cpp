// SPDX-License-Identifier: Apache-2.0
#include "cli/input/moment.h"

#include <algorithm>
#include <ctime>
#include <string>

#include "base/text/number.h"

namespace agent {

namespace {

std::optional<std::int64_t> time_ago(std::string_view text, std::int64_t now) {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    if (text.empty()) return std::nullopt;
    const auto count = whole_number<std::uint32_t>(text.substr(0, text.size() - 1));
    if (!count) return std::nullopt;
    std::int64_t unit = 0;
    switch (text.back()) {
        case 's':
            unit = 1;
            break;
        case 'm':
            unit = kMinute;
            break;
        case 'h':
            unit = kHour;
            break;
        case 'd':
            unit = kDay;
            break;
        default:
            return std::nullopt;
    }
    return std::max<std::int64_t>(now - *count * unit, 0);
}

std::optional<std::int64_t> point_in_time(const std::string& text, std::int64_t now) {
    for (const char* format : {"%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%H:%M:%S", "%H:%M"}) {
        std::tm parts{};
        const auto today = static_cast<std::time_t>(now);
        if (format[1] == 'H' && ::localtime_r(&today, &parts) == nullptr) return std::nullopt;
        parts.tm_sec = 0;
        const char* const end = ::strptime(text.c_str(), format, &parts);
        if (end == nullptr || *end != '\0') continue;
        parts.tm_isdst = -1;  // whatever it was then
        return std::max<std::int64_t>(std::mktime(&parts), 0);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> moment_meant(std::string_view text, std::int64_t now) {
    if (const auto ago = time_ago(text, now)) return ago;
    return point_in_time(std::string(text), now);
}

}  // namespace agent
