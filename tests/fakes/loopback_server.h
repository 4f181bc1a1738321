// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <openssl/ssl.h>

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "io/loop/event_loop.h"

namespace fakes {

/// A server on an ephemeral port of 127.0.0.1, on the same loop as the code under test. It understands of HTTP only
/// where a request ends; what it answers, the test writes byte by byte.
class LoopbackServer {
  public:
    /// One connection.
    class Peer {
      public:
        [[nodiscard]] const std::string& received() const noexcept { return received_; }
        void send(std::string_view text);
        /// Has it in the kernel's hands when this returns.
        void send_now(std::string_view text);
        /// Once all that was sent is on its way.
        void close();
        /// At once, by RST.
        void reset();

      private:
        friend class LoopbackServer;
        void end();

        LoopbackServer* server_ = nullptr;
        std::list<Peer>::iterator self_;
        std::string received_;
        bool closing_ = false;
        std::unique_ptr<bufferevent, agent::FreeWith<bufferevent_free>> stream_;
    };
    /// Called with each whole request: its head, and as much of a body as Content-Length says.
    using OnRequest = std::function<void(Peer&)>;

    /// With `tls`, speaks TLS; the context must outlive the server.
    LoopbackServer(agent::EventLoop& loop, OnRequest on_request, SSL_CTX* tls = nullptr);

    [[nodiscard]] int port() const noexcept { return port_; }
    /// "http://127.0.0.1:PORT" or "https://…", and `path`.
    [[nodiscard]] std::string url(std::string_view path = "/", std::string_view host = "127.0.0.1") const;
    [[nodiscard]] std::size_t accepted() const noexcept { return accepted_; }
    [[nodiscard]] std::size_t requests() const noexcept { return requests_; }
    /// Connections that have not ended.
    [[nodiscard]] std::size_t open() const noexcept { return peers_.size(); }

  private:
    void accept(int fd);
    void on_read(Peer& peer);

    agent::EventLoop& loop_;
    OnRequest on_request_;
    SSL_CTX* tls_;
    int port_ = 0;
    std::size_t accepted_ = 0;
    std::size_t requests_ = 0;
    std::list<Peer> peers_;
    agent::ListenerPtr listener_;
};

/// "HTTP/1.1 200 OK" and so on: a whole answer with a correct Content-Length. `headers` are whole lines.
[[nodiscard]] std::string http_answer(int status, std::string_view body, std::string_view headers = "");

}  // namespace fakes
