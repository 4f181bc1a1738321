// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "consents.h"
#include "faults.h"
#include "grants.h"
#include "rate_limiter.h"
#include "settings.h"
#include "stats.h"

namespace agent::sandbox {

/// Everything that changes; `POST /_sandbox/reset` makes a new one.
struct State {
    explicit State(const Settings& settings)
        : grants([format = settings.token_format] { return make_token(format); }, settings.reuse_kills_grant),
          auto_approve_user(settings.users.front().id) {
        for (const Fault& fault : settings.faults) faults.add(fault);
    }

    GrantBook grants;
    Consents consents;
    FaultPlan faults;
    RateLimiter rates;
    Stats stats;
    std::int64_t auto_approve_user;
};

/// What an endpoint works with.
struct Context {
    const Settings& settings;
    State& state;
    WallTime now;
};

}  // namespace agent::sandbox
