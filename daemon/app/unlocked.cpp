// SPDX-License-Identifier: Apache-2.0
#include "app/unlocked.h"

#include <utility>

#include "base/log.h"

namespace agent {

Unlocked::Unlocked(World world, Events& events, RedirectListener& redirects, Sealer sealer, Config config)
    : store_(world.store),
      sealer_(std::move(sealer)),
      apps_(sealer_, world.timers, world.store, std::move(config.apps)),
      accounts_(world, sealer_, apps_, events,
                {.at_fraction = config.refresh.at_fraction,
                 .pace = {.per_second = config.refresh.max_per_second, .max_parallel = config.refresh.max_parallel}}),
      logins_(world, redirects, apps_, accounts_) {}

Result<void> Unlocked::restore() {
    std::vector<StoredRow> accounts;  // they need their apps
    AGENT_CHECK(store_.load([&](StoredRow row) {
        if (row.kind == StoredRow::Kind::kAccount) {
            accounts.push_back(std::move(row));
        } else if (const auto restored = apps_.restore(row); !restored) {
            log(LogLevel::kError, "stored app is left aside",
                {{"app", row.name}, {"reason", restored.error().message}});
        }
    }));
    for (const StoredRow& row : accounts) accounts_.restore(row);
    for (const AccountFacts& account : accounts_.list()) {
        if (account.state == "login_required")
            log(LogLevel::kWarning, "login required", {{"account", account.name}, {"reason", account.reason}});
    }
    accounts_.start();
    return {};
}

}  // namespace agent
