// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace agent {

/// A program and its environment: no shell, only the standard descriptors, no signal blocked or ignored.
struct Program {
    std::vector<std::string> arguments;    // the first one is the program's absolute path
    std::vector<std::string> environment;  // NAME=value; nothing is inherited
};

/// Starts it in a new session and process group, whose id is the returned pid. Standard input is empty, standard output
/// is discarded, and standard error is the daemon's. Fails with kInternal if it cannot be executed.
[[nodiscard]] Result<pid_t> start_program(const Program& program);

}  // namespace agent
