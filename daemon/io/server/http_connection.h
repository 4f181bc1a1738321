// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/fd.h"
#include "core/waiting.h"
#include "io/api/reply.h"
#include "io/api/request.h"
#include "io/server/fair_share.h"
#include "io/server/http_limits.h"
#include "io/server/outbox.h"
#include "io/server/parser/request_parser.h"
#include "io/server/socket_poll.h"
#include "io/server/unread_secrets.h"

namespace agent {

/// One peer and its current request: the next one is read only after the last is answered. In one turn it reads the
/// socket once, and answers one request after another until the turn is over.
class HttpConnection final : public SocketPoll::Member {
  public:
    using Moment = std::chrono::steady_clock::time_point;
    /// Answers before it returns, or later; then it returns the wait for the answer.
    using Handler = std::function<std::unique_ptr<Waiting>(const ApiRequest& request, ApiReply reply)>;

    static constexpr std::size_t kReadAtOnce = std::size_t{16} * 1024;

    /// What all connections of a server share, and what outlives them.
    struct Shared {
        SocketPoll poll;
        Handler handler;
        HttpLimits limits;
        UnreadSecrets unread;
        /// The bytes that are kept for peers: requests that have half come, and answers that nobody has read yet. What
        /// fits in one read of a socket, and in the socket, is never kept. A peer that finds no room has to go.
        FairShare kept;
        /// Destroys the connection.
        std::function<void(HttpConnection&)> close;
        std::array<char, kReadAtOnce> input{};  // only within a turn, and wiped then
        std::string output{};                   // only while an answer is written
    };

    HttpConnection(Shared& shared, Fd socket, Peer peer);
    HttpConnection(const HttpConnection&) = delete;
    HttpConnection& operator=(const HttpConnection&) = delete;
    /// Destroys the wait for an answer that is owed; the answer is then ignored.
    ~HttpConnection() override;

    /// Begins to read. False if the kernel has no memory for it.
    [[nodiscard]] bool begin() { return shared_.poll.add(socket_.get(), EPOLLIN, peer_.uid, *this); }

    [[nodiscard]] const Peer& peer() const noexcept { return peer_; }
    [[nodiscard]] bool is_idle() const noexcept { return stage_ == Stage::kReading; }
    /// True if there was no whole request yet.
    [[nodiscard]] bool is_new() const noexcept { return is_new_; }
    /// Whether what it waits for has come.
    [[nodiscard]] bool waits_for_turn() const noexcept;
    /// Whether its next step took too long; not while what it waits for has come, and its turn
    /// has not.
    [[nodiscard]] bool is_late(Moment now) const noexcept;

    /// Closes the connection after the current answer, or the next one. Returns the wait of a stream: destroying it
    /// ends the stream.
    [[nodiscard]] std::unique_ptr<Waiting> finish();

    void on_ready(std::uint32_t events) noexcept override;

  private:
    class Sink;

    enum class Stage : std::uint8_t {
        kReading,
        kOwed,       // the handler has the request
        kStreaming,  // the answer has begun
        kAnswering,  // it is given, and not yet wholly sent
        kLingering,  // the last answer is sent, and what the peer still sends is dropped
    };

    void go_on_reading(std::uint32_t events);
    void read();
    void read_on(std::string_view input, std::size_t parsed);
    void keep(std::string_view input, std::size_t parsed);
    void take_head(const RequestHead& head);
    void handle();
    void refuse();
    void say_continue();
    void send(ApiAnswer answer);
    void begin_stream(std::string_view content_type);
    void write(std::string_view chunk);
    void end_stream();
    void put_out(std::string_view text, SecretString secret = {});
    void on_sent();
    void end();
    void drop_input();
    void wait_for_next() noexcept;
    void count_kept();
    [[nodiscard]] Moment now() const noexcept;
    void allow(Duration idle, Duration whole) noexcept;
    void allow_all_time() noexcept;
    void after_outside_call();

    Shared& shared_;
    const Fd socket_;
    const Peer peer_;

    Stage stage_ = Stage::kReading;
    bool is_new_ = true;
    bool is_over_ = false;  // to be closed in its next turn
    bool in_turn_ = false;
    bool has_head_ = false;
    bool owes_continue_ = false;
    bool is_head_only_ = false;  // the method is HEAD
    bool is_http_1_0_ = false;
    bool has_gone_ = false;   // the peer; what it sent before is not all read yet
    bool closes_ = false;     // after this answer
    bool lingers_ = false;    // the peer may be still sending
    bool finishing_ = false;  // the server is
    std::uint32_t awaited_ = EPOLLIN;
    std::uint32_t dropped_ = 0;  // bytes, while lingering

    RequestParser parser_;
    SecretBuffer input_;      // read and not yet used, from the beginning of a head on
    std::size_t parsed_ = 0;  // of it
    SecretBuffer body_;
    ApiRequest request_;
    std::shared_ptr<Sink> sink_;  // shared with the ApiReply
    std::unique_ptr<Waiting> waiting_;
    Outbox outbox_;
    std::size_t kept_ = 0;  // bytes, as counted
    Moment idle_until_;
    Moment whole_until_;
};

}  // namespace agent
