// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "core/accounts/account.h"
#include "ports/timers.h"

namespace agent {

/// Somebody who waits for the refresh of an account: listed with the account as long as it lives.
class AccountWait : public Waiting {
  public:
    /// Answers the one who waits, if the account's life now allows it. With `at_last` it must.
    using TryAnswer = std::function<void(Account&, AccountWait&, bool at_last)>;

    AccountWait(Account& account, TryAnswer try_answer);
    ~AccountWait() override;
    AccountWait(const AccountWait&) = delete;
    AccountWait& operator=(const AccountWait&) = delete;

    /// Calls try_answer for the last time when `patience` has run out.
    void limit(Timers& timers, const Clock& clock, Duration patience);
    [[nodiscard]] BootTime deadline() const noexcept { return deadline_; }

    /// Off the account's list, the timer stopped: to be called before the one who waits is answered.
    void leave();

    /// Lets each wait for `account` try once. Those that are answered leave; they may destroy others. A wait that
    /// begins meanwhile is not part of this round.
    static void try_all(Account& account, bool at_last);

  private:
    Account* account_;
    TryAnswer try_answer_;
    std::unique_ptr<Timer> timer_;
    BootTime deadline_;
    std::uint64_t tried_in_round_;
};

}  // namespace agent
