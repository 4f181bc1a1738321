// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include "base/time.h"
#include "lib/failure.h"

namespace agent {

/// How long a whole exchange may take, and what may end it early. Create it when the exchange begins; all its waits
/// share one deadline.
class Patience {
  public:
    [[nodiscard]] static Patience at_most(Duration limit) noexcept;
    [[nodiscard]] static Patience without_end() noexcept { return {}; }

    /// Gives up as soon as `fd` becomes readable; -1 for none.
    [[nodiscard]] Patience unless_readable(int fd) const noexcept;

    /// Waits for poll(2) `events` on `fd`; an error or a hang-up counts as such. Fails with "temporarily_unavailable"
    /// at the deadline, with "interrupted" when cancelled.
    [[nodiscard]] Reply<void> await(int fd, short events) const;
    /// Sleeps for `time`. Fails like await().
    [[nodiscard]] Reply<void> pause(Duration time) const;

  private:
    using Clock = std::chrono::steady_clock;

    [[nodiscard]] Reply<bool> poll_once(int fd, short events, std::optional<Clock::time_point> until) const;

    std::optional<Clock::time_point> deadline_;
    Duration limit_{0};
    int give_up_fd_ = -1;
};

}  // namespace agent
