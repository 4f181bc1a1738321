// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>

#include "core/accounts/account.h"
#include "core/accounts/account_answers.h"
#include "core/accounts/accounts.h"
#include "core/events.h"
#include "core/refresh/refresher.h"
#include "core/refresh/report_budget.h"
#include "ports/world.h"

namespace agent {

/// What follows when callers report that Clio's API has refused a token: a refresh where that may help, and a reason on
/// the account where it has not helped. Changes nothing durable. What is passed by reference outlives it.
class Reports {
  public:
    /// `changed` is called when a report, or the end of them, has changed how an account stands.
    Reports(World world, const AccountAnswers& answers, Refresher& refresher, Events& events,
            std::function<void(Account&)> changed);

    /// As Accounts::report().
    [[nodiscard]] Result<ReportOutcome> take(Account& account, std::uint64_t generation, int status,
                                             std::uint32_t user);

  private:
    [[nodiscard]] Result<ReportOutcome> take_refusal(Account& account, std::uint32_t user);
    void note_persistence(Account& account);
    void await_end(Account& account);

    World world_;
    const AccountAnswers& answers_;
    Refresher& refresher_;
    Events& events_;
    std::function<void(Account&)> changed_;
    ReportBudget budget_;
};

}  // namespace agent
