// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/report_budget.h"

#include <algorithm>

namespace agent {

Result<void> ReportBudget::pay(std::uint32_t user, BootTime now) {
    std::erase_if(paid_until_, [&](const auto& one) { return one.second <= now; });
    const auto found = paid_until_.find(user);
    const BootTime until = (found == paid_until_.end() ? now : found->second) + kOneEvery;
    const Duration wait = until - now - kAtOnce * kOneEvery;
    if (wait > Duration::zero())
        return tl::unexpected(
            Error{.code = Error::Code::kTemporarilyUnavailable,
                  .message = "report: programs of this user have had many accounts refreshed by reports already",
                  .retry_after = std::chrono::ceil<std::chrono::seconds>(wait)});
    paid_until_[user] = until;
    return {};
}

}  // namespace agent
