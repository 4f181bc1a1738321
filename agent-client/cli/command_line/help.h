// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "cli/command_line/command.h"

namespace agent {

/// What `clioctl --help` prints: every command.
[[nodiscard]] std::string general_help();
/// What `clioctl GROUP --help` prints: the commands of the group.
[[nodiscard]] std::string group_help(std::string_view group);
/// What `clioctl COMMAND --help` prints.
[[nodiscard]] std::string command_help(const Command& command);

}  // namespace agent
