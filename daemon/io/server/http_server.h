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
#include "io/server/unread_secrets.h"
#include "ports/timers.h"

struct bufferevent;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_connection;

namespace agent {

/// Serves HTTP/1.1 on a Unix domain socket, using evhttp.
///
/// Passes each request to the handler with the kernel's credentials of its peer. Keeps the wait that the handler
/// returned until the answer is sent, the peer hangs up, or this is destroyed. SIGPIPE must be ignored, since evhttp
/// writes to peers that have disconnected.
class HttpServer {
  public:
    using Handler = HttpConnection::Handler;

    /// `listening_socket` is non-blocking and outlives this, or its stop().
    HttpServer(EventLoop& loop, Timers& timers, int listening_socket, Handler handler, HttpLimits limits = {});
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// Closes every connection at once.
    ~HttpServer();

    /// The number of connected peers.
    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

    /// UnreadSecrets::room_for().
    [[nodiscard]] Result<void> room_for(uid_t user) const { return unread_.room_for(user); }

    /// Stops accepting, closes idle connections, ends streams, and waits up to `grace` for pending answers. A peer that
    /// has connected but not sent a request is also served for a short while, so that callers do not notice a restart
    /// if the listening socket stays open. Then calls `stopped` once, after this returns; it may destroy the server.
    void stop(Duration grace, std::function<void()> stopped);

  private:
    struct FreeHttp {
        void operator()(evhttp* http) const noexcept;
    };
    using Connections = std::unordered_map<evhttp_connection*, std::unique_ptr<HttpConnection>>;

    [[nodiscard]] bufferevent* expect_newcomer();
    void admit_newcomers();
    void admit(bufferevent* newcomer);
    [[nodiscard]] bool has_room_for(uid_t user);
    void pause_accepting();
    void resume_accepting();
    void on_closed(evhttp_connection* connection);
    template <class Condition>
    void close_where(Condition is_meant);
    void tell_stopped();
    /// For warnings that a peer can cause at will.
    [[nodiscard]] bool may_log();

    EventLoop& loop_;
    Timers& timers_;
    const Handler handler_;
    const HttpLimits limits_;
    const UnreadSecrets unread_;

    Connections connections_;
    std::unordered_map<uid_t, std::size_t> per_user_;
    std::chrono::steady_clock::time_point silent_until_{};

    std::vector<bufferevent*> newcomers_;  // accepted but not yet checked; we hold a reference to each
    EventPtr admission_;
    std::unique_ptr<Timer> pause_;  // while the kernel has no descriptor for a new connection

    bool stopping_ = false;
    std::function<void()> stopped_;
    std::unique_ptr<Timer> stop_timer_;
    std::unique_ptr<Timer> first_request_timer_;

    std::unique_ptr<evhttp, FreeHttp> http_;
    evhttp_bound_socket* accepting_ = nullptr;  // owned by http_, as is the listener; both until stop()
    evconnlistener* listener_ = nullptr;        // null once stopping
};

}  // namespace agent
