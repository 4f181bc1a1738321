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

struct bufferevent;
struct evhttp;
struct evhttp_bound_socket;
struct evhttp_connection;

namespace agent {

/// Serves HTTP/1.1 on a Unix domain socket, by evhttp.
///
/// Each request goes to the handler with the kernel's credentials of its peer. While its answer is owed, the wait that
/// the handler returned is kept; it is destroyed when the peer hangs up, and with this. SIGPIPE must be ignored, since
/// evhttp writes to peers that have gone.
class HttpServer {
  public:
    using Handler = HttpConnection::Handler;

    /// `listening_socket` is non-blocking and outlives this, or its stop().
    HttpServer(EventLoop& loop, Timers& timers, int listening_socket, Handler handler, HttpLimits limits = {});
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// Closes every connection at once.
    ~HttpServer();

    /// Peers that are connected.
    [[nodiscard]] std::size_t connections() const noexcept { return connections_.size(); }

    /// Accepts no more, closes idle connections, ends streams and waits for the answers that are owed, though not
    /// longer than `grace`. Who has connected and not asked yet is owed an answer too, for a short while: callers do
    /// not notice a restart when the listening socket lives on. Then calls `stopped` once, never before this returns;
    /// it may destroy the server.
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
    /// For warnings that a peer could cause at will.
    [[nodiscard]] bool may_log();

    EventLoop& loop_;
    Timers& timers_;
    const Handler handler_;
    const HttpLimits limits_;

    Connections connections_;
    std::unordered_map<uid_t, std::size_t> per_user_;
    std::chrono::steady_clock::time_point silent_until_{};

    std::vector<bufferevent*> newcomers_;  // accepted, and not yet looked at; each with a reference of ours
    EventPtr admission_;
    std::unique_ptr<Timer> pause_;  // while the kernel has no descriptor for another connection

    bool stopping_ = false;
    std::function<void()> stopped_;
    std::unique_ptr<Timer> stop_timer_;
    std::unique_ptr<Timer> first_request_timer_;

    std::unique_ptr<evhttp, FreeHttp> http_;
    evhttp_bound_socket* accepting_ = nullptr;  // owned by http_, as is the listener; both until stop()
    evconnlistener* listener_ = nullptr;        // null once stopping
};

}  // namespace agent
