// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>

#include "base/result.h"
#include "base/time.h"

namespace agent {

/// How many refreshes the reports of one local user may cause, whatever accounts they are of: Refusals bounds those of
/// one account, and a user who may use many could have all of them refreshed at once.
class ReportBudget {
  public:
    static constexpr int kAtOnce = 30;                              // a script that goes through its accounts
    static constexpr Duration kOneEvery = std::chrono::seconds(5);  // a tenth of what the default pace allows

    /// Pays for a refresh. Fails with kTemporarilyUnavailable if this user has to wait first.
    [[nodiscard]] Result<void> pay(std::uint32_t user, BootTime now);

  private:
    std::map<std::uint32_t, BootTime> paid_until_;  // each refresh costs kOneEvery; absent when in the past
};

}  // namespace agent
