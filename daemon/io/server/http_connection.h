// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "core/accounts/accounts.h"
#include "io/api/reply.h"
#include "io/api/request.h"
#include "io/loop/event_loop.h"
#include "io/server/http_limits.h"
#include "io/server/unread_secrets.h"

struct bufferevent;
struct evbuffer_cb_entry;
struct evhttp_connection;
struct evhttp_request;

namespace agent {

class HttpExchange;

/// One peer and its current request: evhttp reads the next one only after the last is answered. The server destroys
/// this when evhttp is about to free the connection.
class HttpConnection {
  public:
    /// Answers before it returns, or later; then it returns the wait for the answer.
    using Handler = std::function<std::unique_ptr<Waiting>(const ApiRequest& request, ApiReply reply)>;

    HttpConnection(EventLoop& loop, evhttp_connection* connection, Peer peer, const HttpLimits& limits,
                   const UnreadSecrets& unread);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    ~HttpConnection();

    [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
    [[nodiscard]] bool is_idle() const noexcept { return exchange_ == nullptr; }
    /// True if there was no request yet.
    [[nodiscard]] bool is_new() const noexcept { return is_new_; }

    void handle(evhttp_request* request, const Handler& handler);

    /// Closes the connection after the current answer, or the next one. Returns the wait of a stream: destroying it
    /// ends the stream, which may free the connection.
    [[nodiscard]] std::unique_ptr<Waiting> finish();

  private:
    /// Closes the connection unless its next step happens within this time.
    void allow(Duration time);
    void on_sent();
    void on_output();
    /// evhttp has written something that is not our answer.
    void on_evhttp_answer();

    EventLoop& loop_;
    evhttp_connection* const connection_;
    bufferevent* const transport_;
    const Peer peer_;
    const HttpLimits& limits_;
    const UnreadSecrets& unread_;

    std::shared_ptr<HttpExchange> exchange_;  // shared with the ApiReply; null between requests
    std::unique_ptr<Waiting> waiting_;
    bool is_new_ = true;
    bool finishing_ = false;

    evbuffer_cb_entry* output_watch_;
    EventPtr own_word_;
    EventPtr deadline_;
};

}  // namespace agent
