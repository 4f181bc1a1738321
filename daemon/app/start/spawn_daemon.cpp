// SPDX-License-Identifier: Apache-2.0
#include "app/start/spawn_daemon.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "app/start/run_beside.h"
#include "app/start/running_agent.h"
#include "base/text/shell.h"

namespace agent {

namespace {

constexpr char kServing = 'S';
constexpr char kFailed = 'F';

int complain(const std::string& message) {
    std::fprintf(stderr, "cliod: %s\n", message.c_str());
    return EXIT_FAILURE;
}

/// What is in the pipe until its other end is closed.
std::string read_all(const Fd& from) {
    std::string text;
    std::array<char, 4096> part{};
    for (;;) {
        const ssize_t size = ::read(from.get(), part.data(), part.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return text;
        text.append(part.data(), static_cast<std::size_t>(size));
    }
}

/// Closes everything of the caller's except `keep`: a reader of the caller's output would otherwise wait for the daemon
/// to end. Also unblocks signals, so that they can end the daemon.
void detach(const Fd& keep) {
    ::setsid();
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    Fd nowhere(::open("/dev/null", O_RDWR | O_CLOEXEC));
    for (const int standard : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere.get(), standard);
    nowhere.reset();
    const auto kept = static_cast<unsigned>(keep.get());
    ::close_range(STDERR_FILENO + 1, kept - 1, 0);
    ::close_range(kept + 1, ~0U, 0);
    if (::chdir("/") != 0) ::_exit(EXIT_FAILURE);
    ::unsetenv("NOTIFY_SOCKET");  // a service manager asks after the process that it started
}

int run_daemon(Fd report_to, const std::function<int(StartReport&)>& daemon) {
    StartReport report(std::move(report_to));
    return daemon(report);
}

bool print_variables(const std::string& socket, pid_t agent) {
    // As fish reads it, too.
    std::printf("export CLIO_AGENT_SOCK=%s;\nexport CLIO_AGENT_PID=%d;\n", shell_quoted(socket).c_str(), agent);
    return std::fflush(stdout) == 0;
}

void set_variables(const std::string& socket, pid_t agent) {
    ::setenv("CLIO_AGENT_SOCK", socket.c_str(), 1);
    ::setenv("CLIO_AGENT_PID", std::to_string(agent).c_str(), 1);
}

/// Instead of a second agent. The command replaces this process: nothing is to be ended after it.
int use_running_agent(const RunningAgent& running, std::vector<char*> command) {
    if (command.empty()) {
        if (print_variables(running.socket, running.pid)) return EXIT_SUCCESS;
        return complain(std::string("standard output: ") + std::strerror(errno));
    }
    set_variables(running.socket, running.pid);
    command.push_back(nullptr);
    ::execvp(command.front(), command.data());
    const int error = errno;
    static_cast<void>(complain(std::string(command.front()) + ": " + std::strerror(error)));
    return error == ENOENT ? 127 : 126;
}

}  // namespace

Result<void> StartReport::serving(const std::string& socket_path) {
    if (!send(kServing, socket_path)) return fail(Error::Code::kInternal, "spawn: the caller is gone");
    return {};
}

void StartReport::failed(const std::string& message) {
    static_cast<void>(send(kFailed, message));
}

bool StartReport::send(char outcome, const std::string& text) {
    const std::string whole = outcome + text;
    const bool sent = ::write(to_.get(), whole.data(), whole.size()) == static_cast<ssize_t>(whole.size());
    to_.reset();
    return sent;
}

int spawn_daemon(const Options& options, const std::function<int(StartReport&)>& daemon) {
    if (::sd_listen_fds(/*unset_environment=*/0) > 0)
        return complain("--spawn: systemd passed a socket and manages cliod; do not use --spawn");
    std::vector<char*> command = options.command;
    const auto running = await_settled_agent(options);
    if (running && running->listens()) return use_running_agent(*running, std::move(command));
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return complain(std::string("--spawn: ") + std::strerror(errno));
    Fd report_from(ends[0]);
    Fd report_to(ends[1]);

    std::optional<HeldSignals> held;
    if (!command.empty()) held.emplace();
    const pid_t caller = ::getpid();
    const pid_t agent = ::fork();
    if (agent < 0) return complain(std::string("--spawn: ") + std::strerror(errno));
    if (agent == 0) {
        if (held) {
            held.reset();
            ::prctl(PR_SET_PDEATHSIG, SIGTERM);
            if (::getppid() != caller) return EXIT_FAILURE;  // too late for the signal
        }
        Fd report(::fcntl(report_to.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
        report_from.reset();
        report_to.reset();
        detach(report);
        return run_daemon(std::move(report), daemon);
    }
    report_to.reset();
    const std::string told = read_all(report_from);
    if (!told.starts_with(kServing)) {
        ::waitpid(agent, nullptr, 0);
        // Another one may have been started at the same time.
        if (const auto other = await_settled_agent(options); other && other->listens())
            return use_running_agent(*other, std::move(command));
        return complain(told.starts_with(kFailed) ? told.substr(1) : "--spawn: the daemon ended before it was ready");
    }
    const std::string socket = told.substr(1);
    if (!held) {
        if (print_variables(socket, agent)) return EXIT_SUCCESS;
        ::kill(agent, SIGTERM);  // nobody would know about it
        return complain(std::string("standard output: ") + std::strerror(errno));
    }
    set_variables(socket, agent);
    return run_beside(agent, std::move(command), *held);
}

}  // namespace agent
