// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "core/accounts/account.h"
#include "ports/clock.h"
#include "ports/timers.h"

namespace agent {

/// When to check each account next. One timer for all of them; setting a time costs O(log n).
///
/// Times are on the wall clock. The owner must call rearm() when that clock was set.
class Schedule {
  public:
    Schedule(const Clock& clock, Timers& timers, std::function<void(Account&)> due)
        : clock_(clock), timers_(timers), due_(std::move(due)) {}

    /// Calls `due` for the account once, at `at` or soon after, but only after this returns. Replaces an earlier time;
    /// nullopt removes the account, which is required before it is destroyed.
    void set(Account& account, std::optional<WallTime> at);
    void rearm();

    [[nodiscard]] std::optional<WallTime> next() const;

  private:
    using Entry = std::pair<WallTime, Account*>;
    /// Orders accounts that are due at the same time by name, since the order of addresses is random.
    struct Earlier {
        bool operator()(const Entry& a, const Entry& b) const {
            return std::tie(a.first, a.second->record.name, a.second) <
                   std::tie(b.first, b.second->record.name, b.second);
        }
    };

    void fire();

    const Clock& clock_;
    Timers& timers_;
    std::function<void(Account&)> due_;
    std::set<Entry, Earlier> entries_;
    std::unique_ptr<Timer> timer_;
    std::optional<WallTime> armed_for_;
};

}  // namespace agent
