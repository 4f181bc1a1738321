// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/time.h"
#include "core/accounts/accounts.h"

namespace agent {

/// How the agent is, in one line for a person: "3 accounts, 1 login required, next refresh in 42 min".
[[nodiscard]] std::string status_line(const AgentStatus& status, WallTime now);

}  // namespace agent
