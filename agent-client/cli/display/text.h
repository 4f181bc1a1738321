// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// How many columns printable() text takes on a terminal.
[[nodiscard]] std::size_t columns(std::string_view text) noexcept;

/// "in 42 min", "3 h ago", "now": `seconds` from now, rounded down.
[[nodiscard]] std::string relative_time(std::int64_t seconds);
/// "2026-11-23 17:48:10 (in 29 d)", in the local time zone; "-" for nothing. Both in seconds since 1970.
[[nodiscard]] std::string moment_text(std::optional<std::int64_t> at, std::int64_t now);
/// "42 min".
[[nodiscard]] std::string duration_text(std::int64_t seconds);

}  // namespace agent
