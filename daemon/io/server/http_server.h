// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base/time.h"
#include "io/loop/event_loop.h"
#include "io/server/http_connection.h"
#include "io/server/http_limits.h"
#include "ports/timers.h"

namespace agent {

/// Serves HTTP/1.1 (RFC 9112) on a Unix domain socket.
///
/// Passes each request to the handler, from the loop, with the kernel's credentials of its peer. Keeps the wait that
/// the handler returned until the answer is sent, the peer hangs up, or this is destroyed.
class HttpServer final {
  public:
    using Handler = HttpConnection::Handler;

    /// `listening_socket` is non-blocking and outlives this, or its stop().
    HttpServer(EventLoop& loop, Timers& timers, int listening_socket, Handler handler, HttpLimits limits = {});
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// Closes every connection at once.
    ~HttpServer() = default;

    /// The number of connected peers.
    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

    /// UnreadSecrets::room_for().
    [[nodiscard]] Result<void> room_for(uid_t user) const { return shared_.unread.room_for(user); }

    /// Stops accepting, closes idle connections, ends streams, and waits up to `grace` for pending answers. A peer that
    /// has connected but not sent a request is also served for a short while, so that callers do not notice a restart
    /// if the listening socket stays open. Then calls `stopped` once, after this returns; it may destroy the server.
    void stop(Duration grace, std::function<void()> stopped);

  private:
    using Connections = std::unordered_map<const HttpConnection*, std::unique_ptr<HttpConnection>>;

    void accept_some() noexcept;
    void admit(Fd socket);
    [[nodiscard]] bool has_room_for(uid_t user);
    void pause_accepting(int reason);
    void close(const HttpConnection& connection);
    void close_late();
    template <class Condition>
    void close_where(Condition is_meant);
    void tell_stopped();
    /// For warnings that a peer can cause at will.
    [[nodiscard]] bool may_log();

    Timers& timers_;
    HttpConnection::Shared shared_;
    const int listening_;

    FairShare places_;
    std::chrono::steady_clock::time_point silent_until_{};
    const timeval between_looks_;
    EventPtr accept_;               // beside the turns of those who are connected
    EventPtr look_;                 // for connections that are late, while there are any
    std::unique_ptr<Timer> pause_;  // while the kernel has no descriptor for a new connection

    bool stopping_ = false;
    std::function<void()> stopped_;
    std::unique_ptr<Timer> stop_timer_;
    std::unique_ptr<Timer> first_request_timer_;

    Connections connections_;
};

}  // namespace agent
