// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/time.h"

namespace agent {

/// What callers report of an account's tokens: that the API refuses them (401). A refresh helps where a token was
/// revoked. Where every token is refused, as in the wrong region, it helps nobody, and with rotation it puts the grant
/// at risk: so reports cause fewer and fewer, whatever else refreshes the account meanwhile. A login begins afresh.
class Refusals {
  public:
    void note(std::uint64_t generation) noexcept { reported_ = generation; }
    /// Whether this generation is the last that was reported.
    [[nodiscard]] bool noted(std::uint64_t generation) const noexcept { return reported_ == generation; }

    /// A report causes a refresh.
    void cause_refresh(BootTime now) noexcept;
    /// Whether a report has caused one less than report_pause() ago.
    [[nodiscard]] bool too_soon(BootTime now) const noexcept;

    /// A report came too soon: refreshing has not helped.
    void persist(BootTime now) noexcept;
    /// For how long that holds; zero when it does not. Until as much time has passed without a report as must pass
    /// before another causes a refresh.
    [[nodiscard]] Duration persist_for(BootTime now) const noexcept;

  private:
    std::uint64_t reported_ = 0;
    std::uint32_t in_a_row_ = 0;  // refreshes that reports have caused
    BootTime last_caused_;
    BootTime persist_until_;
};

}  // namespace agent
