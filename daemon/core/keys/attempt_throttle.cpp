// SPDX-License-Identifier: Apache-2.0
#include "core/keys/attempt_throttle.h"

#include <algorithm>
#include <utility>

namespace agent {

Result<void> AttemptThrottle::begin(std::uint32_t user, std::function<void()> attempt) {
    User& of = users_[user];
    const Duration wait = std::max(of.not_before - clock_.boot_now(), Duration::zero());
    if (of.busy) {
        return tl::unexpected(
            Error{.code = Error::Code::kTemporarilyUnavailable,
                  .message = "another attempt of yours is being made, or has to wait because the last one was wrong",
                  .retry_after = std::chrono::ceil<std::chrono::seconds>(std::max(wait, kFirstWait))});
    }
    of.busy = true;
    of.timer = timers_.after(wait, std::move(attempt));
    return {};
}

void AttemptThrottle::ended(std::uint32_t user, Outcome outcome) {
    User& of = users_[user];
    of.busy = false;
    if (outcome == Outcome::kRight) of.next_wait = Duration::zero();
    if (outcome == Outcome::kWrong) of.next_wait = std::clamp(2 * of.next_wait, kFirstWait, kLongestWait);
    of.not_before = clock_.boot_now() + of.next_wait;
}

}  // namespace agent
