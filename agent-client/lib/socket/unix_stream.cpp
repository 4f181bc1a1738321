// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/unix_stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <chrono>
#include <cstring>

#include "lib/socket/socket_group.h"
#include "lib/socket/socket_trust.h"

namespace agent {

namespace {

// A Unix socket with a full backlog returns EAGAIN, and poll(2) does not report when there is room again.
constexpr Duration kBacklogPause = std::chrono::milliseconds(10);

Reply<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        return fail(Error::Code::kBadRequest, "agent's socket: " + path + ": longer than the " +
                                                  std::to_string(sizeof address.sun_path - 1) +
                                                  " bytes allowed for a socket's path");
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    return address;
}

}  // namespace

Reply<UnixStream> UnixStream::connect(const std::string& path, const Patience& patience) {
    AGENT_TRY(const sockaddr_un address, address_of(path));
    Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!socket) return fail_errno("socket", errno);
    const auto* generic = reinterpret_cast<const sockaddr*>(&address);
    while (::connect(socket.get(), generic, sizeof address) != 0) {
        switch (errno) {
            case EINTR:
                break;
            case EAGAIN:
                AGENT_CHECK(patience.pause(kBacklogPause));
                break;
            case ENOENT:
            case ENOTDIR:
            case ECONNREFUSED:
                return no_agent(path);
            case EACCES:
            case EPERM:
                return fail(Error::Code::kForbidden, "agent's socket: " + path + ": this user may not connect to it" +
                                                         advice_when_refused(group_of_socket(path)));
            default:
                return fail_errno("agent's socket: " + path, errno);
        }
    }
    return UnixStream(std::move(socket));
}

Reply<bool> UnixStream::send(std::string_view bytes, const Patience& patience) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno == EAGAIN) {
            AGENT_CHECK(patience.await(socket_.get(), POLLOUT));
        } else if (errno == EPIPE || errno == ECONNRESET) {
            return false;
        } else if (errno != EINTR) {
            return fail_errno("agent: send", errno);
        }
    }
    return true;
}

Reply<std::size_t> UnixStream::receive(std::span<char> into, const Patience& patience) {
    while (true) {
        const ssize_t received = ::recv(socket_.get(), into.data(), into.size(), 0);
        if (received >= 0) return static_cast<std::size_t>(received);
        if (errno == EAGAIN) {
            AGENT_CHECK(patience.await(socket_.get(), POLLIN));
        } else if (errno == ECONNRESET) {
            return std::size_t{0};  // closed with some of our bytes unread: still the end
        } else if (errno != EINTR) {
            return fail_errno("agent: receive", errno);
        }
    }
}

}  // namespace agent
