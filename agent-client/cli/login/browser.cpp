// SPDX-License-Identifier: Apache-2.0
#include "cli/login/browser.h"

#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/spawn.h"
#include "base/text/number.h"
#include "cli/environment.h"
#include "cli/login/browser_command.h"
#include "lib/patience.h"

namespace agent {

namespace {

constexpr std::chrono::seconds kFailsAtOnce{2};

bool is_program(const std::string& path) {
    struct stat found {};
    return path.starts_with('/') && ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

/// Its process, if it could be executed. It gets a new session and no terminal: its output would mix with ours, and
/// Ctrl-C is meant for us.
tl::expected<pid_t, int> start(const Words& words, const sigset_t& signal_mask) {
    SpawnSetup setup;
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) setup.open_null(fd);
    setup.block_only(signal_mask);
    setup.new_session();
    return setup.start(words, environ);
}

/// Whether it goes on, or has done its work: many only tell a browser that is there already.
bool lives_or_succeeds(pid_t child, int interruption) {
    // pidfd_open() of glibc 2.36 cannot be called from C++.
    const Fd process(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    if (!process) return true;  // an old kernel: nothing is known
    if (!Patience::at_most(kFailsAtOnce).unless_readable(interruption).await(process.get(), POLLIN)) return true;
    int status = 0;
    return ::waitpid(child, &status, WNOHANG) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::optional<uid_t> desktop_user() {
    for (const char* name : {"SUDO_UID", "PKEXEC_UID"}) {
        const auto caller = whole_number<uid_t>(environment_variable(name));
        if (caller && *caller != ::geteuid()) return caller;
    }
    return std::nullopt;
}

bool open_browser(const std::string& url, const SignalWatch& signals) {
    if (::getuid() != ::geteuid() || desktop_user()) return false;
    std::vector<Words> commands = browser_commands(environment_variable("BROWSER"), is_program);
    // Without a display xdg-open falls back to terminal browsers, but it gets no terminal.
    if (!environment_variable("DISPLAY").empty() || !environment_variable("WAYLAND_DISPLAY").empty())
        commands.push_back({"xdg-open"});
    for (Words& command : commands) {
        const auto child = start(with_url(std::move(command), url), signals.mask_before());
        if (child && lives_or_succeeds(*child, signals.fd())) return true;
        if (SignalWatch::has_arrived(kEndingSignals)) return false;
    }
    return false;
}

}  // namespace agent
