// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <vector>

namespace agent {

/// Runs `command` (argv, without the null at its end) and waits for it; then ends the child process `agent` and waits
/// for that too, so that it comes to an orderly end even where this is the first process of a container.
///
/// A signal that another process sends is passed on to the command. One that the terminal sends has reached it already.
/// Returns the exit status as env(1) and shells have it: the command's own, 128+n, 127 or 126.
[[nodiscard]] int run_beside(pid_t agent, std::vector<char*> command);

}  // namespace agent
