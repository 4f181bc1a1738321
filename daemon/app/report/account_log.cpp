// SPDX-License-Identifier: Apache-2.0
#include "app/report/account_log.h"

#include <string>

#include "base/log.h"
#include "io/systemd/log_events.h"

namespace agent {

void log_account_event(const Event& event) {
    const bool bad = event.kind == EventKind::kRefreshFailed || event.kind == EventKind::kLoginRequired ||
                     event.kind == EventKind::kNeedsAttention;
    const LogLevel level = bad ? LogLevel::kWarning : LogLevel::kInfo;
    const std::string_view word = word_of(kEventKinds, event.kind);
    const LogEvent* const known = find_log_event(word);
    if (event.account.empty()) return log(LogLevel::kNotice, known, word);
    const std::string generation = std::to_string(event.generation);
    if (event.detail.empty())
        log(level, known, word, {{"account", event.account}, {"generation", generation}});
    else
        log(level, known, word, {{"account", event.account}, {"generation", generation}, {"detail", event.detail}});
}

}  // namespace agent
