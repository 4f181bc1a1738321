// SPDX-License-Identifier: Apache-2.0
#include "io/process/start_program.h"

#include <unistd.h>

#include <csignal>
#include <cstring>

#include "base/spawn.h"

namespace agent {

Result<pid_t> start_program(const Program& program) {
    SpawnSetup setup;
    setup.open_null(STDIN_FILENO);
    setup.open_null(STDOUT_FILENO);
    setup.close_from(STDERR_FILENO + 1);
    sigset_t none;
    sigemptyset(&none);
    setup.block_only(none);
    setup.default_signals();
    setup.new_session();
    const auto started = setup.start(program.arguments, exec_pointers(program.environment).data());
    if (!started)
        return fail(Error::Code::kInternal, program.arguments.front() + ": " + std::strerror(started.error()));
    return *started;
}

}  // namespace agent
