// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace agent {

/// Default paths (XDG Base Directory Specification: a relative path in the environment counts as unset).

/// The configuration files to look for, in order of precedence. The system's file is excluded for a user other than
/// root who has a runtime directory: it is for the system's agent, and names secrets that other users cannot read.
[[nodiscard]] std::vector<std::string> config_places();

/// $STATE_DIRECTORY (systemd.exec(5)), otherwise $XDG_STATE_HOME/cliod, otherwise ~/.local/state/cliod. Fails with
/// kBadRequest if none of them is set.
[[nodiscard]] Result<std::string> state_place();

/// cliod/agent.sock in $XDG_RUNTIME_DIR, otherwise in /run/user/UID, otherwise in /run, where clients also look. Fails
/// with kBadRequest if this user can use none of them.
[[nodiscard]] Result<std::string> socket_place();

}  // namespace agent
