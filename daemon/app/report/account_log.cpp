// SPDX-License-Identifier: Apache-2.0
#include "app/report/account_log.h"

#include <string>

#include "base/log.h"
#include "io/systemd/log_events.h"

namespace agent {

void log_account_event(const Event& event) {
    const bool bad =
        event.name == "refresh_failed" || event.name == "login_required" || event.name == "needs_attention";
    const LogLevel level = bad ? LogLevel::kWarning : LogLevel::kInfo;
    const LogEvent* const known = find_log_event(event.name);
    if (event.account.empty()) return log(LogLevel::kNotice, known, event.name);
    const std::string generation = std::to_string(event.generation);
    if (event.detail.empty())
        log(level, known, event.name, {{"account", event.account}, {"generation", generation}});
    else
        log(level, known, event.name,
            {{"account", event.account}, {"generation", generation}, {"detail", event.detail}});
}

}  // namespace agent
