// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/time.h"
#include "ports/clock.h"

namespace agent {

/// Tickets of local users who have just typed a passphrase or recovery key of the agent. Each is good for one request.
class Proofs {
  public:
    static constexpr Duration kLife = std::chrono::minutes(5);
    static constexpr std::size_t kMost = 64;  // then the oldest gives way

    explicit Proofs(const Clock& clock) : clock_(clock) {}

    [[nodiscard]] std::string give(std::uint32_t user);
    /// Whether `user` was given this one and has not used it. It is used now.
    [[nodiscard]] bool take(std::uint32_t user, std::string_view ticket);

  private:
    struct Given {
        std::uint32_t user = 0;
        std::string ticket;
        BootTime ends_at;
    };

    const Clock& clock_;
    std::deque<Given> given_;  // oldest first
};

}  // namespace agent
