// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/accounts/accounts.h"
#include "core/accounts/reservation.h"
#include "core/apps/app_registry.h"
#include "core/events.h"

namespace agent {

/// Takes in an account as a backup has it, unless what is here is better.
class AccountTakeIn {
  public:
    AccountTakeIn(const Clock& clock, const Sealer& sealer, const AppRegistry& apps, Events& events,
                  Reservations& reservations)
        : clock_(clock), sealer_(sealer), apps_(apps), events_(events), reservations_(reservations) {}

    /// See AccountBook::take_in().
    [[nodiscard]] std::unique_ptr<Waiting> start(AccountRecord record, TokenSet tokens, Accounts::Done done);

  private:
    void take_in(const Reservation& reserved, AccountRecord record, const TokenSet& tokens);
    void taken_in(Account& account, AccountRecord record);

    const Clock& clock_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    Events& events_;
    Reservations& reservations_;
};

}  // namespace agent
