// SPDX-License-Identifier: Apache-2.0
#include "cli/display/text.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/text/utf8.h"

namespace agent {

namespace {

struct Range {
    char32_t first;
    char32_t last;
};

template <std::size_t N>
bool is_in(char32_t c, const std::array<Range, N>& ranges) {
    return std::any_of(ranges.begin(), ranges.end(), [c](Range r) { return c >= r.first && c <= r.last; });
}

// Combining marks and joiners that names are written with.
constexpr std::array<Range, 5> kZeroWidth{
    {{0x0300, 0x036f}, {0x1ab0, 0x1aff}, {0x200b, 0x200d}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}}};
// East Asian wide characters and pictographs, roughly.
constexpr std::array<Range, 7> kDoubleWidth{{{0x1100, 0x115f},
                                             {0x2e80, 0xa4cf},
                                             {0xac00, 0xd7a3},
                                             {0xf900, 0xfaff},
                                             {0xff00, 0xff60},
                                             {0x1f300, 0x1faff},
                                             {0x20000, 0x3fffd}}};

}  // namespace

std::size_t columns(std::string_view text) noexcept {
    std::size_t count = 0;
    while (!text.empty()) {
        const std::size_t length = std::max<std::size_t>(utf8_length(text), 1);
        const char32_t c = decode_utf8(text.substr(0, length));
        if (!is_in(c, kZeroWidth)) count += is_in(c, kDoubleWidth) ? 2 : 1;
        text.remove_prefix(length);
    }
    return count;
}

std::string duration_text(std::int64_t seconds) {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    // At least two of a unit: "90 min" says more than "1 h".
    if (seconds < 2 * kMinute) return std::to_string(seconds) + " s";
    if (seconds < 2 * kHour) return std::to_string(seconds / kMinute) + " min";
    if (seconds < 2 * kDay) return std::to_string(seconds / kHour) + " h";
    return std::to_string(seconds / kDay) + " d";
}

std::string relative_time(std::int64_t seconds) {
    if (seconds >= -1 && seconds <= 1) return "now";  // two clocks may disagree by a second
    return seconds > 0 ? "in " + duration_text(seconds) : duration_text(-seconds) + " ago";
}

std::string moment_text(std::optional<std::int64_t> at, std::int64_t now) {
    if (!at) return "-";
    const auto time = static_cast<std::time_t>(*at);
    std::tm parts{};
    std::array<char, 32> text{};
    if (::localtime_r(&time, &parts) == nullptr) return "-";
    const std::size_t size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
    return std::string(text.data(), size) + " (" + relative_time(*at - now) + ")";
}

}  // namespace agent
