// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/refusals.h"

#include <algorithm>

#include "core/refresh/refresh_timing.h"

namespace agent {

void Refusals::cause_refresh(BootTime now) noexcept {
    const bool persist_still = persist_for(now) > Duration::zero();
    in_a_row_ = now - last_caused_ < kReportsForgotten ? in_a_row_ + 1 : 1;
    last_caused_ = now;
    if (persist_still) persist(now);
}

bool Refusals::too_soon(BootTime now) const noexcept {
    return now - last_caused_ < report_pause(in_a_row_);
}

void Refusals::persist(BootTime now) noexcept {
    persist_until_ = now + report_pause(in_a_row_);
}

Duration Refusals::persist_for(BootTime now) const noexcept {
    return std::max(persist_until_ - now, Duration::zero());
}

}  // namespace agent
