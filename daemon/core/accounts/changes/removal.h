// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "core/accounts/account_answers.h"
#include "core/accounts/accounts.h"
#include "core/accounts/changes/reservation.h"
#include "core/accounts/changes/set_aside.h"
#include "core/apps/app_registry.h"

namespace agent {

/// A logout: ends the grant of an account at Clio, then forgets the account.
class AccountRemoval {
  public:
    /// `forget` takes an account, whose record is no longer stored, out of the book.
    AccountRemoval(World world, const Sealer& sealer, const AppRegistry& apps, AccountMap& accounts,
                   const AccountAnswers& answers, Refresher& refresher, Reservations& reservations,
                   AccountSetAside& set_aside, std::function<void(const std::string&)> forget);
    AccountRemoval(const AccountRemoval&) = delete;
    AccountRemoval& operator=(const AccountRemoval&) = delete;

    /// See Accounts::remove().
    [[nodiscard]] std::unique_ptr<Waiting> start(const std::string& name, bool revoke, Duration patience,
                                                 Accounts::Done done);

  private:
    struct Logout;

    [[nodiscard]] bool needs_fresh_token(const Account& account) const;
    void await_fresh_token(const std::shared_ptr<Logout>& logout);
    void reserve(const std::shared_ptr<Logout>& logout);
    void end_grant(const std::shared_ptr<Logout>& logout);
    void remove(Logout& logout);
    void set_aside_again(const Logout& logout);
    void run_out_of_patience(Logout& logout);
    void fail_to_end_grant(Logout& logout, const std::string& why, std::chrono::seconds retry_after = {});

    World world_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    AccountMap& accounts_;
    const AccountAnswers& answers_;
    Refresher& refresher_;
    Reservations& reservations_;
    AccountSetAside& set_aside_;
    std::function<void(const std::string&)> forget_;
    std::list<std::shared_ptr<Logout>> logouts_;
};

}  // namespace agent
