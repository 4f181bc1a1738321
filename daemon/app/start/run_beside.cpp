// SPDX-License-Identifier: Apache-2.0
#include "app/start/run_beside.h"

#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/spawn.h"

namespace agent {

namespace {

constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;
constexpr int kKilled = 128;

constexpr std::array kPassedOn = {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};

sigset_t signals_to_hold() {
    sigset_t held;
    sigemptyset(&held);
    sigaddset(&held, SIGCHLD);
    for (const int signal : kPassedOn) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&held, signal);
    }
    return held;
}

tl::expected<pid_t, int> start(const std::vector<std::string>& command, const sigset_t& signal_mask) {
    SpawnSetup setup;
    setup.block_only(signal_mask);
    return setup.start(command, environ);
}

/// The two children; 0 once they have ended.
struct Children {
    pid_t agent = 0;
    pid_t command = 0;
};

/// Reaps every child that has ended, not only the command: as the first process of a container this inherits the
/// orphans. Returns the command's status, if it was among them.
std::optional<int> reap(Children& children) {
    std::optional<int> ended;
    int status = 0;
    for (pid_t child = 0; (child = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (child == children.command) {
            children.command = 0;
            ended = status;
        } else if (child == children.agent) {
            children.agent = 0;
            std::fputs("cliod: the agent ended before the command\n", stderr);
        }
    }
    return ended;
}

int wait_for_command(Children& children, const Fd& signals) {
    for (;;) {
        signalfd_siginfo signal{};
        if (::read(signals.get(), &signal, sizeof signal) != sizeof signal) continue;
        if (signal.ssi_signo != SIGCHLD) {
            // A positive code is the kernel's: the terminal has signalled the whole foreground group.
            if (signal.ssi_code <= 0) ::kill(children.command, static_cast<int>(signal.ssi_signo));
        } else if (const auto status = reap(children)) {
            return WIFSIGNALED(*status) ? kKilled + WTERMSIG(*status) : WEXITSTATUS(*status);
        }
    }
}

}  // namespace

HeldSignals::HeldSignals()
    : held_(signals_to_hold()), fd_(fd_or_throw(::signalfd(-1, &held_, SFD_CLOEXEC), "signalfd")) {
    ::sigprocmask(SIG_BLOCK, &held_, &before_);
}

std::optional<int> HeldSignals::pending() const {
    sigset_t pending;
    ::sigpending(&pending);
    for (const int signal : kPassedOn) {
        if (sigismember(&held_, signal) == 1 && sigismember(&pending, signal) == 1) return signal;
    }
    return std::nullopt;
}

int run_beside(pid_t agent, const std::vector<std::string>& command, const HeldSignals& signals) {
    Children children{.agent = agent};
    int status = 0;
    if (const auto signal = signals.pending()) {
        status = kKilled + *signal;
    } else if (const auto started = start(command, signals.mask_before()); !started) {
        std::fprintf(stderr, "cliod: %s: %s\n", command.front().c_str(), std::strerror(started.error()));
        status = started.error() == ENOENT ? kNotFound : kCannotRun;
    } else {
        children.command = *started;
        status = wait_for_command(children, signals.fd());
    }
    if (children.agent != 0) {
        ::kill(agent, SIGTERM);
        while (::waitpid(agent, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    return status;
}

}  // namespace agent
