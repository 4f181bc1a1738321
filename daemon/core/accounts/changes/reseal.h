// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/accounts/accounts.h"
#include "core/accounts/changes/reservation.h"

namespace agent {

/// The data key was rotated: seals the record of an account and the tokens in it again, with the present key.
class AccountReseal {
  public:
    AccountReseal(const Sealer& sealer, Reservations& reservations) : sealer_(sealer), reservations_(reservations) {}

    /// See AccountBook::reseal().
    [[nodiscard]] std::unique_ptr<Waiting> start(const std::string& account, Accounts::Done done);

  private:
    void reseal(const Reservation& reserved);

    const Sealer& sealer_;
    Reservations& reservations_;
};

}  // namespace agent
