// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/schedule.h"

#include <algorithm>

namespace agent {

void Schedule::set(Account& account, std::optional<WallTime> at) {
    if (account.scheduled == at) return;
    if (account.scheduled) entries_.erase({*account.scheduled, &account});
    account.scheduled = at;
    if (at) entries_.insert({*at, &account});
    if (armed_for_ != next()) rearm();
}

std::optional<WallTime> Schedule::next() const {
    return entries_.empty() ? std::nullopt : std::optional(entries_.begin()->first);
}

void Schedule::rearm() {
    armed_for_ = next();
    timer_.reset();
    if (!armed_for_) return;
    const Duration delay = std::max(*armed_for_ - clock_.now(), Duration::zero());
    timer_ = timers_.after(delay, [this] { fire(); });
}

void Schedule::fire() {
    timer_.reset();
    armed_for_.reset();
    const WallTime now = clock_.now();
    while (!entries_.empty() && entries_.begin()->first <= now) {
        Account& account = *entries_.begin()->second;
        entries_.erase(entries_.begin());
        account.scheduled.reset();
        due_(account);
    }
    rearm();
}

}  // namespace agent
