// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.h"

namespace agent {

/// A program and all that it is given: no shell, no descriptor but the standard ones, no signal blocked or ignored.
struct Program {
    std::vector<std::string> arguments;    // the first one is the program's absolute path
    std::vector<std::string> environment;  // NAME=value; the whole of it
};

/// Starts it in a session and process group of its own, named by the process that is returned, with nothing on standard
/// input, standard output thrown away, and standard error that of the daemon. Fails with kInternal when it cannot be
/// executed.
[[nodiscard]] Result<pid_t> start_program(const Program& program);

}  // namespace agent
