// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace agent {

/// Where things are unless the command line says so (XDG Base Directory Specification: a path in the environment that
/// is not absolute counts as not set).

/// The files that are looked for, the one that wins first.
[[nodiscard]] std::vector<std::string> config_places();

/// $STATE_DIRECTORY (systemd.exec(5)), else $XDG_STATE_HOME/cliod, else ~/.local/state/cliod. Fails with kBadRequest
/// when none of them is set.
[[nodiscard]] Result<std::string> state_place();

}  // namespace agent
