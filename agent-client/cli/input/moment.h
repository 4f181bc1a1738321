// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace agent {

/// The moment that a person means, in seconds since 1970: "90s", "30m", "2h" and "7d" ago, "10:00" of today,
/// "2026-11-27" or "2026-11-27 10:00" with or without ":30", in the local time zone. Nullopt for anything else.
[[nodiscard]] std::optional<std::int64_t> moment_meant(std::string_view text, std::int64_t now);

}  // namespace agent
