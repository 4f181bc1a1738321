// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/time.h"
#include "ports/clock.h"

namespace agent {

/// Keeps a local user from filling the log: of what can be repeated at will some lines are logged, and the others
/// counted.
class LineLimit {
  public:
    static constexpr Duration kPeriod = std::chrono::minutes(1);
    static constexpr unsigned kMostLines = 10;  // of a user in a period

    explicit LineLimit(const Clock& clock) : clock_(clock) {}

    /// Whether another line of this user may be logged: then how many were left out since the last one.
    [[nodiscard]] std::optional<std::uint64_t> next(std::uint32_t user);

  private:
    struct Of {
        BootTime ends_at;
        unsigned lines = 0;
        std::uint64_t left_out = 0;
    };

    const Clock& clock_;
    std::map<std::uint32_t, Of> users_;
};

}  // namespace agent
