// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace agent {

/// Where things are unless the command line says so (XDG Base Directory Specification: a path in the environment that
/// is not absolute counts as not set).

/// The files that are looked for, the one that wins first. The system's is none of them in the session of a user other
/// than root ($XDG_RUNTIME_DIR is set): it is for the agent of the system, beside which users have their own, and names
/// secrets that they cannot read.
[[nodiscard]] std::vector<std::string> config_places();

/// $STATE_DIRECTORY (systemd.exec(5)), else $XDG_STATE_HOME/cliod, else ~/.local/state/cliod. Fails with kBadRequest
/// when none of them is set.
[[nodiscard]] Result<std::string> state_place();

/// $XDG_RUNTIME_DIR/cliod/agent.sock, else /run/cliod/agent.sock: where clients look, too.
[[nodiscard]] std::string socket_place();

}  // namespace agent
