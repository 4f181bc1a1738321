// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/event.h>
#include <event2/http.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>

#include "base/c_ptr.h"
#include "base/result.h"
#include "message.h"

namespace agent::sandbox {

using EventBasePtr = std::unique_ptr<event_base, FreeWith<event_base_free>>;
using EventPtr = std::unique_ptr<event, FreeWith<event_free>>;
using HttpPtr = std::unique_ptr<evhttp, FreeWith<evhttp_free>>;

/// Answers one request exactly once; when destroyed before, with 500, since evhttp leaks what is never answered.
class Responder {
  public:
    explicit Responder(evhttp_request* request) noexcept : request_(request) {}
    Responder(Responder&& other) noexcept : request_(std::exchange(other.request_, nullptr)) {}
    Responder& operator=(Responder&&) = delete;
    ~Responder();

    void send(const Reply& reply);
    /// Sends the first bytes of the answer, never all of them, and closes the connection.
    void send_cut(const Reply& reply, std::size_t bytes);
    /// Closes the connection without a byte.
    void drop();
    /// The socket, or -1 when the client has gone.
    [[nodiscard]] int socket() const;

  private:
    evhttp_request* request_;
};

/// HTTP/1.1 on a TCP socket, on a loop that somebody else runs.
class HttpServer {
  public:
    using Handler = std::function<void(Request, Responder)>;

    /// Listens on `address`, an IPv4 or IPv6 address; port 0 lets the kernel choose. Fails with kConflict when the port
    /// is taken. `handler` is called from the loop, and may answer then or later.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> listen(event_base* base, const std::string& address,
                                                                    int port, Handler handler);
    /// Closes every connection; an answer that still waits is never sent.
    ~HttpServer();

    [[nodiscard]] int port() const noexcept { return port_; }

    /// Holds an answer back: calls `finish` with the responder after the delay, or never if there is none. If the
    /// client hangs up first, destroys both.
    void hold(Responder responder, std::optional<std::chrono::milliseconds> delay,
              std::function<void(Responder)> finish);

  private:
    struct Held;

    HttpServer(event_base* base, Handler handler);
    static void on_request(evhttp_request* request, void* self);

    event_base* base_;
    Handler handler_;
    HttpPtr http_;
    std::list<std::unique_ptr<Held>> held_;
    int port_ = 0;
};

}  // namespace agent::sandbox
