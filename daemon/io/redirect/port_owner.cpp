// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/port_owner.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>

#include "io/redirect/socket_table.h"

namespace agent {

namespace {

namespace fs = std::filesystem;

/// Any address matches: we know that the port is taken. One for IPv6 may serve IPv4 as well, but not the other way.
std::optional<TcpSocket> find_listener(const std::string& host, int port) {
    const bool wants_v6 = host.find(':') != std::string::npos;
    std::optional<TcpSocket> found;
    static_cast<void>(each_tcp_socket([&](const TcpSocket& socket) {
        const bool matches = socket.state == TcpSocket::State::kListening && socket.local_port() == port;
        if (matches && (socket.is_v6() || !wants_v6)) found = socket;
        return !found;
    }));
    return found;
}

bool holds(const fs::path& process, const std::string& link) {
    std::error_code refused;
    for (fs::directory_iterator at(process / "fd", refused), end; !refused && at != end; at.increment(refused)) {
        std::error_code gone;
        if (fs::read_symlink(at->path(), gone) == link) return true;
    }
    return false;
}

/// "process 4711 (nginx)", or nullopt if no visible process holds the socket.
std::optional<std::string> find_process(const std::string& inode) {
    const std::string link = "socket:[" + inode + "]";
    std::error_code refused;
    for (fs::directory_iterator at("/proc", refused), end; !refused && at != end; at.increment(refused)) {
        const std::string pid = at->path().filename();
        if (pid.find_first_not_of("0123456789") != std::string::npos || !holds(at->path(), link)) continue;
        std::string name;
        std::ifstream comm(at->path() / "comm");
        std::getline(comm, name);
        return std::string("process ").append(pid).append(" (").append(name).append(")");
    }
    return std::nullopt;
}

}  // namespace

std::string describe_port_owner(const std::string& host, int port) {
    const auto listener = find_listener(host, port);
    if (!listener) return "another program";
    if (auto process = find_process(listener->inode)) return *std::move(process);
    return "a process of user " + std::to_string(listener->user);
}

}  // namespace agent
