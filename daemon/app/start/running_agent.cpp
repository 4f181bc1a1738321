// SPDX-License-Identifier: Apache-2.0
#include "app/start/running_agent.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <thread>

#include "app/start/places.h"
#include "base/fd.h"

namespace agent {

namespace {

constexpr std::chrono::seconds kSettles{5};
constexpr std::chrono::minutes kEnds{3};  // refreshes under way are completed
constexpr std::chrono::milliseconds kLook{20};

/// The process that holds the lock of a state directory.
std::optional<pid_t> holder_of(const std::string& state_dir) {
    const Fd file(::open((state_dir + "/lock").c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (!file || ::fcntl(file.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK || lock.l_pid <= 0)
        return std::nullopt;
    return lock.l_pid;
}

/// "cliod.service" of its control group; empty if systemd does not run it as a service.
std::string unit_of(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/cgroup");
    std::ostringstream text;
    text << file.rdbuf();
    constexpr std::string_view kUnit = "cliod.service";
    return text.str().find('/' + std::string(kUnit)) == std::string::npos ? std::string() : std::string(kUnit);
}

/// Whether SIGTERM waits for the process to look (proc_pid_status(5)).
bool is_told_to_end(pid_t process) {
    std::ifstream status("/proc/" + std::to_string(process) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (!line.starts_with("ShdPnd:")) continue;
        return (std::strtoull(line.c_str() + line.find_last_of(" \t") + 1, nullptr, 16) >> (SIGTERM - 1) & 1) == 1;
    }
    return false;
}

}  // namespace

bool RunningAgent::listens() const {
    if (is_told_to_end(pid)) return false;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket.size() >= sizeof address.sun_path) return false;
    std::memcpy(address.sun_path, socket.c_str(), socket.size() + 1);
    const Fd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!probe) return false;
    // EAGAIN: its backlog is full.
    return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno == EAGAIN;
}

std::optional<RunningAgent> find_running_agent(const Options& options) {
    const auto state_dir = options.state_dir ? Result<std::string>(*options.state_dir) : state_place();
    if (!state_dir) return std::nullopt;
    const auto holder = holder_of(*state_dir);
    if (!holder) return std::nullopt;
    return RunningAgent{.pid = *holder,
                        .socket = options.socket_path ? *options.socket_path : socket_place().value_or("")};
}

std::optional<RunningAgent> await_settled_agent(const Options& options) {
    const auto enough = std::chrono::steady_clock::now() + kSettles;
    while (true) {
        auto running = find_running_agent(options);
        if (!running || running->listens() || std::chrono::steady_clock::now() > enough) return running;
        std::this_thread::sleep_for(kLook);
    }
}

Result<void> end_running_agent(const Options& options) {
    const auto running = find_running_agent(options);
    if (!running) return fail(Error::Code::kNotFound, "--kill: no agent runs with this state directory");
    if (const std::string unit = unit_of(running->pid); !unit.empty())
        return fail(Error::Code::kConflict,
                    "--kill: systemd runs this agent as " + unit +
                        "; stop it with: systemctl stop cliod.socket cliod.service (with --user for your own)");
    if (::kill(running->pid, SIGTERM) != 0 && errno != ESRCH)
        return fail(Error::Code::kForbidden,
                    "--kill: process " + std::to_string(running->pid) + ": " + std::strerror(errno));
    const auto enough = std::chrono::steady_clock::now() + kEnds;
    while (::kill(running->pid, 0) == 0 && find_running_agent(options)) {
        if (std::chrono::steady_clock::now() > enough)
            return fail(Error::Code::kTemporarilyUnavailable, "--kill: the agent has not ended yet");
        std::this_thread::sleep_for(kLook);
    }
    return {};
}

}  // namespace agent
