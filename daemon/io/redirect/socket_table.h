// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>

namespace agent {

/// A TCP socket of this machine, as a line of /proc/self/net/tcp or tcp6 shows it (proc(5)). Addresses are in the
/// kernel's notation, "0100007F:162E".
struct TcpSocket {
    enum class State { kEstablished = 1, kListening = 10, kOther = 0 };

    std::string local;
    std::string remote;
    State state = State::kOther;
    uid_t user = 0;
    std::string inode;  // "0": nobody holds it any more, and `user` says nothing

    [[nodiscard]] int local_port() const;
    [[nodiscard]] bool is_v6() const noexcept { return local.size() > sizeof "0100007F:162E"; }
};

/// Calls `take` for each until it returns false. False if the table cannot be read, as without descriptors. Reads
/// tables of the whole machine, which takes 7 ms and more with many sockets. Here and not in /proc/net, which a unit
/// with ProcSubset=pid does not have.
bool each_tcp_socket(const std::function<bool(const TcpSocket& socket)>& take);

}  // namespace agent
