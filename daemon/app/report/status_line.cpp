// SPDX-License-Identifier: Apache-2.0
#include "app/report/status_line.h"

#include <chrono>

#include "base/text/number.h"

namespace agent {

namespace {

using namespace std::chrono_literals;

/// Coarse, since it may be read long after it was written.
std::string in_words(Duration left) {
    if (left < 1min) return "in less than a minute";
    if (left < 2h) return "in " + std::to_string(left / 1min) + " min";
    if (left < 48h) return "in " + std::to_string(left / 1h) + " h";
    return "in " + std::to_string(left / 24h) + " days";
}

}  // namespace

std::string status_line(const AgentStatus& status, WallTime now) {
    std::string line = counted(status.accounts, "account");
    if (status.login_required > 0) line += ", " + std::to_string(status.login_required) + " login required";
    if (status.needs_attention > 0) line += ", " + std::to_string(status.needs_attention) + " needs attention";
    if (status.stale > 0) line += ", " + std::to_string(status.stale) + " stale";
    if (status.next_refresh) line += ", next refresh " + in_words(*status.next_refresh - now);
    if (!status.store_error.empty()) line += "; " + status.store_error;
    return line;
}

}  // namespace agent
