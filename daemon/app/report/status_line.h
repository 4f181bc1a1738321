// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/time.h"
#include "core/accounts/accounts.h"

namespace agent {

/// The agent's status in one line for people: "3 accounts, 1 login required, next refresh in 42 min".
[[nodiscard]] std::string status_line(const AgentStatus& status, WallTime now);

}  // namespace agent
