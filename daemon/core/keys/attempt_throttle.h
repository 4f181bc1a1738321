// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

#include "base/result.h"
#include "base/time.h"
#include "ports/clock.h"
#include "ports/timers.h"

namespace agent {

/// Slows down who guesses at passphrases: after each wrong one the next attempt of the same local user waits, from 1 s
/// doubling to 30 s. By a timer; nobody else waits for it. `clock` and `timers` outlive it; an attempt that still waits
/// when it is destroyed is never made.
class AttemptThrottle {
  public:
    static constexpr Duration kFirstWait = std::chrono::seconds(1);
    static constexpr Duration kLongestWait = std::chrono::seconds(30);

    AttemptThrottle(const Clock& clock, Timers& timers) : clock_(clock), timers_(timers) {}

    /// Calls `attempt` when it is the user's turn, never before this returns; it ends with ended(). A user has one at a
    /// time: kTemporarilyUnavailable, with when to come again, while another waits or is under way.
    [[nodiscard]] Result<void> begin(std::uint32_t user, std::function<void()> attempt);
    /// What came to nothing before a secret was tried neither ends the wait nor makes it longer.
    enum class Outcome { kRight, kWrong, kNotTried };
    void ended(std::uint32_t user, Outcome outcome);

  private:
    struct User {
        Duration next_wait{0};
        BootTime not_before;
        bool busy = false;
        std::unique_ptr<Timer> timer;
    };

    const Clock& clock_;
    Timers& timers_;
    std::map<std::uint32_t, User> users_;
};

}  // namespace agent
