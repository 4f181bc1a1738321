// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/accounts/accounts.h"
#include "core/accounts/changes/reservation.h"
#include "core/apps/app_registry.h"
#include "core/events.h"

namespace agent {

/// Keeps an account as a backup has it, unless the one that is here is better.
class AccountRestore {
  public:
    AccountRestore(const Clock& clock, const Sealer& sealer, const AppRegistry& apps, Events& events,
                   Reservations& reservations)
        : clock_(clock), sealer_(sealer), apps_(apps), events_(events), reservations_(reservations) {}

    /// See AccountBook::restore_from_backup().
    [[nodiscard]] std::unique_ptr<Waiting> start(AccountRecord record, TokenSet tokens, Accounts::Done done);

  private:
    void restore(const Reservation& reserved, AccountRecord record, const TokenSet& tokens);
    void restored(Account& account, AccountRecord record);

    const Clock& clock_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    Events& events_;
    Reservations& reservations_;
};

}  // namespace agent
