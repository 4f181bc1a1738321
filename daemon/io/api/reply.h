// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json/json_writer.h"
#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

/// One complete answer, ready to send.
struct ApiAnswer {
    int status = 200;
    std::string_view reason = {};        // a constant, for the status line; empty for the usual one
    std::string_view content_type = {};  // a constant; empty for no body
    SecretString body = {};
    std::string allow = {};  // with 405
    std::optional<std::chrono::seconds> retry_after = {};
};

/// The body of application/problem+json (RFC 9457).
[[nodiscard]] SecretString problem_json(const Error& error, int status, std::string_view title);

/// Where the answer to one request goes: implemented by the HTTP server, faked in tests of the routes. Ignores
/// everything after the peer has disconnected.
class ApiSink {
  public:
    virtual ~ApiSink() = default;
    [[nodiscard]] virtual bool peer_has_gone() const noexcept = 0;
    virtual void send(ApiAnswer answer) = 0;
    virtual void begin_stream(std::string_view content_type) = 0;
    virtual void write(std::string_view chunk) = 0;
    virtual void end_stream() = 0;
};

/// A streamed answer; ends when this is destroyed.
class ApiStream {
  public:
    explicit ApiStream(std::shared_ptr<ApiSink> sink) noexcept : sink_(std::move(sink)) {}
    ApiStream(ApiStream&&) noexcept = default;
    ApiStream& operator=(ApiStream&&) = delete;
    ~ApiStream();

    /// Disconnects a peer that does not keep up.
    void write(std::string_view chunk) { sink_->write(chunk); }

  private:
    std::shared_ptr<ApiSink> sink_;
};

/// How often each HTTP status was sent.
using StatusCounts = std::map<int, std::uint64_t>;

/// An unanswered request is a bug.
[[nodiscard]] inline Error unanswered() {
    return {.code = Error::Code::kInternal, .message = "the request was not answered"};
}

/// The duty to answer one request. Move-only: its holder answers once, by any of its functions, or passes it on. If it
/// is destroyed unanswered, it sends an error, so that no request is ever left open.
class ApiReply {
  public:
    explicit ApiReply(std::shared_ptr<ApiSink> sink) noexcept : sink_(std::move(sink)) {}
    ApiReply(ApiReply&&) noexcept = default;
    ApiReply& operator=(ApiReply&&) = delete;
    ~ApiReply();

    /// The error to send if this is destroyed unanswered; by default unanswered().
    void if_dropped(std::shared_ptr<const Error> why) noexcept { if_dropped_ = std::move(why); }
    /// Where to count the status of the answer, unless the peer disconnects first.
    void count_in(std::shared_ptr<StatusCounts> counts) noexcept { counts_ = std::move(counts); }

    /// Called with the status when it is answered, also when the peer has gone.
    void on_answered(std::function<void(int)> answered) { answered_ = std::move(answered); }

    void json(JsonWriter& body, int status = 200);
    void text(std::string_view content_type, SecretString body);
    void no_content(int status = 204);
    /// With the error's status in protocol/problem.h.
    void problem(const Error& error);
    /// 405 (RFC 9110 section 15.5.6); `allow` lists the methods of the path.
    void method_not_allowed(std::string allow);
    /// 200, followed by what is written to the stream.
    [[nodiscard]] ApiStream stream(std::string_view content_type);

  private:
    void send(ApiAnswer answer);
    [[nodiscard]] std::shared_ptr<ApiSink> take(int status);

    std::shared_ptr<ApiSink> sink_;  // null once answered
    std::shared_ptr<StatusCounts> counts_;
    std::function<void(int)> answered_;
    std::shared_ptr<const Error> if_dropped_;
};

/// For callbacks: std::function copies what it captures, and a reply cannot be copied.
[[nodiscard]] inline std::shared_ptr<ApiReply> share(ApiReply reply) {
    return std::make_shared<ApiReply>(std::move(reply));
}

}  // namespace agent
