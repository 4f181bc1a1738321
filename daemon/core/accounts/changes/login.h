// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "core/accounts/accounts.h"
#include "core/accounts/changes/reservation.h"
#include "core/apps/app_registry.h"
#include "core/events.h"
#include "core/oauth/token_response.h"

namespace agent {

/// What a login brings.
struct Grant {
    std::string account;
    std::string app;
    std::string origin;  // of the app as it was when it sent the code
    TokenAnswer tokens;
    std::optional<ClioUser> user;  // empty: Clio did not say
    bool replace_user = false;     // take the account, even if it is certainly another user's
    /// While `user` is empty: a person says that it is the Clio user with this id; 0 for nobody.
    std::int64_t counts_as = 0;

    [[nodiscard]] Grant clone() const;
    /// Whether nobody has said that it is `present`'s, who is known: neither Clio nor a person.
    [[nodiscard]] bool may_be_of_another_than(const std::optional<ClioUser>& present) const noexcept {
        return is_known(present) && !user && !replace_user && counts_as != present->id;
    }
};

/// Keeps a login's grant, as the next generation of its account or as a new one.
class AccountLogin {
  public:
    AccountLogin(const Clock& clock, const Sealer& sealer, const AppRegistry& apps, Events& events,
                 Refresher& refresher, Reservations& reservations)
        : clock_(clock),
          sealer_(sealer),
          apps_(apps),
          events_(events),
          refresher_(refresher),
          reservations_(reservations) {}

    /// See AccountBook::adopt().
    [[nodiscard]] std::unique_ptr<Waiting> start(Grant grant, Accounts::Done done);

  private:
    void adopt(const Reservation& reserved, Grant& grant);
    void adopted(Account& account, AccountRecord record);

    const Clock& clock_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    Events& events_;
    Refresher& refresher_;
    Reservations& reservations_;
};

}  // namespace agent
