// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "cli/command.h"

namespace agent {

/// What `clioctl --help` prints: every command.
[[nodiscard]] std::string general_help();
/// What `clioctl COMMAND --help` prints.
[[nodiscard]] std::string command_help(const Command& command);

}  // namespace agent
