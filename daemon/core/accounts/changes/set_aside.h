// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/accounts/accounts.h"
#include "core/accounts/changes/reservation.h"
#include "core/events.h"

namespace agent {

/// Sets an account aside: its grant is not used until a person says so, with all that is known of it kept.
class AccountSetAside {
  public:
    AccountSetAside(const Clock& clock, Events& events, Reservations& reservations)
        : clock_(clock), events_(events), reservations_(reservations) {}

    /// See AccountBook::set_aside(). With `only_at`, leaves an account alone that has another generation by then: its
    /// grant has proven to live.
    [[nodiscard]] std::unique_ptr<Waiting> start(const std::string& account, std::string reason, std::string moved_to,
                                                 Accounts::Done done,
                                                 std::optional<std::uint64_t> only_at = std::nullopt);

  private:
    void set_aside(const Reservation& reserved, const std::string& reason, const std::string& moved_to);

    const Clock& clock_;
    Events& events_;
    Reservations& reservations_;
};

}  // namespace agent
