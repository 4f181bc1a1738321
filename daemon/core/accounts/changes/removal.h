// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/accounts/accounts.h"
#include "core/accounts/reservation.h"
#include "core/apps/app_registry.h"
#include "ports/http_client.h"

namespace agent {

/// A logout: ends the grant of an account at Clio, then forgets the account.
class AccountRemoval {
  public:
    /// `forget` takes an account, whose record is no longer stored, out of the book.
    AccountRemoval(World world, const Sealer& sealer, const AppRegistry& apps, AccountMap& accounts,
                   Refresher& refresher, Reservations& reservations, std::function<void(const std::string&)> forget);

    /// See Accounts::remove().
    [[nodiscard]] std::unique_ptr<Waiting> start(const std::string& name, bool revoke, Accounts::Done done);

  private:
    [[nodiscard]] bool needs_fresh_token(const Account& account) const;
    void end_grant_after_refresh(Account& account, const Reservation::Answer& answer, std::uint64_t refused_generation);
    void end_grant(const Reservation& reserved, std::uint64_t refused_generation);
    void grant_not_ended(const Reservation& reserved, const std::string& why, std::chrono::seconds retry_after = {});
    void remove(const Reservation& reserved);

    World world_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    AccountMap& accounts_;
    Refresher& refresher_;
    Reservations& reservations_;
    std::function<void(const std::string&)> forget_;
    std::map<std::string, std::unique_ptr<HttpCall>> grants_ending_;
};

}  // namespace agent
