// SPDX-License-Identifier: Apache-2.0
#include "cli/input/ask_password.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/fd.h"
#include "base/spawn.h"
#include "cli/input/input.h"

namespace agent {

namespace {

constexpr const char* kProgram = "systemd-ask-password";

/// Starts it with its standard output going to `output`; returns its process.
Reply<pid_t> start(const std::string& prompt, int output) {
    SpawnSetup setup;
    setup.duplicate(output, STDOUT_FILENO);
    const auto started = setup.start({kProgram, "--echo=no", prompt}, environ);
    if (!started) return fail(Error::Code::kBadRequest, std::string(kProgram) + ": " + errno_text(started.error()));
    return *started;
}

bool succeeded(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return false;
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

Reply<std::optional<SecretString>> ask_by_systemd(const std::string& prompt) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno("pipe", errno);
    const Fd reading(ends[0]);
    Fd writing(ends[1]);
    AGENT_TRY(const pid_t child, start(prompt, writing.get()));
    writing = Fd();  // otherwise the pipe would never end
    auto line = read_line(reading.get(), kLongestSecret, Patience::without_end());
    if (!succeeded(child)) return fail_with(kInterrupted, std::string(kProgram) + " got no answer");
    return line;
}

}  // namespace agent
