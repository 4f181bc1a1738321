// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "io/api/reply.h"
#include "io/loop/event_loop.h"
#include "io/server/http_limits.h"
#include "io/server/unread_secrets.h"

struct evhttp_request;

namespace agent {

/// The answering side of one evhttp request, which must be answered or freed exactly once. Outlives the connection if
/// the ApiReply does, and then ignores everything.
class HttpExchange final : public ApiSink {
  public:
    HttpExchange(evhttp_request* request, const HttpLimits& limits, const UnreadSecrets& unread, uid_t user) noexcept
        : request_(request), limits_(limits), unread_(unread), user_(user) {}

    [[nodiscard]] bool peer_has_gone() const noexcept override { return request_ == nullptr; }
    void send(ApiAnswer answer) override;
    void begin_stream(std::string_view content_type) override;
    void write(std::string_view chunk) override;
    void end_stream() override;

    /// For an answer that takes a while: frees the connection, and with it the wait, if the peer hangs up before the
    /// answer begins.
    void watch_peer(EventLoop& loop);

    [[nodiscard]] bool is_owed() const noexcept { return state_ == State::kOwed; }
    [[nodiscard]] bool is_streaming() const noexcept { return state_ == State::kStreaming; }
    /// True if the answer is complete, though perhaps not yet sent.
    [[nodiscard]] bool is_whole() const noexcept { return state_ == State::kEnded; }
    /// Tells the peer that the connection ends with this answer.
    void close_after() noexcept { close_after_ = true; }
    /// Call it when the connection is about to be freed, or the whole answer was sent. Does not touch evhttp
    /// afterwards.
    void detach() noexcept;

  private:
    enum class State { kOwed, kStreaming, kEnded };

    void begin(State state) noexcept;
    void on_change_of_peer();
    /// Wiped after it was written: evbuffer_add() would leave a copy.
    void lend(SecretString text);
    void add_header(const char* name, std::string_view value);

    evhttp_request* request_;  // null once detached
    const HttpLimits& limits_;
    const UnreadSecrets& unread_;
    const uid_t user_;
    State state_ = State::kOwed;
    bool close_after_ = false;
    EventPtr peer_watch_;  // only while the answer is owed
};

}  // namespace agent
