// SPDX-License-Identifier: Apache-2.0
#include "io/redirect/port_owner.h"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <system_error>

#include "base/text/number.h"

namespace agent {

namespace {

namespace fs = std::filesystem;

struct Listener {
    std::string uid;
    std::string inode;
};

/// Searches one of the tables of /proc/self/net (proc(5)); a unit with ProcSubset=pid has no /proc/net. Any address
/// matches: we know that the port is taken.
std::optional<Listener> find_listener(const char* table, int port) {
    constexpr std::string_view kListening = "0A";
    std::ifstream lines(table);
    std::string line;
    std::getline(lines, line);  // headings
    while (std::getline(lines, line)) {
        std::istringstream fields(line);
        std::string slot, local, remote, state, queues, timer, retransmits, timeout;
        Listener listener;
        fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> listener.uid >> timeout >>
            listener.inode;
        const std::size_t colon = local.find(':');
        if (state != kListening || colon == std::string::npos) continue;
        if (whole_number<int>(local.substr(colon + 1), 16) == port) return listener;
    }
    return std::nullopt;
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

std::string describe_port_owner(int port) {
    auto listener = find_listener("/proc/self/net/tcp", port);
    if (!listener) listener = find_listener("/proc/self/net/tcp6", port);
    if (!listener) return "another program";
    if (auto process = find_process(listener->inode)) return *std::move(process);
    return "a process of user " + listener->uid;
}

}  // namespace agent
