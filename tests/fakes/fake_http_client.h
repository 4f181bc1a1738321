// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "ports/http_client.h"

namespace fakes {

/// Sends nothing: keeps each request until the test answers it, now, later or never.
class FakeHttpClient : public agent::HttpClient {
  public:
    struct Exchange {
        agent::HttpRequest request;
        Done done;  // null once it was answered or cancelled
        bool cancelled = false;
        [[nodiscard]] bool is_open() const { return done != nullptr; }
    };

    [[nodiscard]] std::unique_ptr<agent::HttpCall> send(agent::HttpRequest request, Done done) override {
        exchanges_.push_back({.request = std::move(request), .done = std::move(done)});
        return std::make_unique<Call>(exchanges_.back());
    }

    /// Everything that was ever sent, in order.
    [[nodiscard]] const std::deque<Exchange>& exchanges() const { return exchanges_; }
    [[nodiscard]] std::size_t sent() const { return exchanges_.size(); }
    [[nodiscard]] const agent::HttpRequest& last() const { return exchanges_.back().request; }
    [[nodiscard]] std::size_t open() const { return count(&Exchange::is_open); }
    [[nodiscard]] std::size_t cancelled() const {
        return count([](const Exchange& e) { return e.cancelled; });
    }

    // All of these answer the oldest request that is open.

    void answer(int status, std::string_view body, std::string_view content_type = "application/json",
                std::optional<agent::Duration> retry_after = {}) {
        finish(agent::HttpResponse{.status = status,
                                   .content_type = std::string(content_type),
                                   .retry_after = retry_after,
                                   .body = agent::SecretString(body)});
    }
    /// The certificate of the server is from nobody that is trusted.
    void be_untrusted() {
        finish(tl::unexpected(agent::HttpFailure{.kind = agent::HttpFailure::Kind::kUntrusted,
                                                 .may_have_been_sent = false,
                                                 .message = "fake: unknown authority"}));
    }
    /// The connection broke after the request was sent.
    void lose_answer() {
        finish(tl::unexpected(agent::HttpFailure{
            .kind = agent::HttpFailure::Kind::kCut, .may_have_been_sent = true, .message = "fake: connection cut"}));
    }
    void refuse_connection() {
        finish(tl::unexpected(agent::HttpFailure{.kind = agent::HttpFailure::Kind::kConnect,
                                                 .may_have_been_sent = false,
                                                 .message = "fake: connection refused"}));
    }

    void finish(tl::expected<agent::HttpResponse, agent::HttpFailure> outcome) {
        for (Exchange& exchange : exchanges_) {
            if (!exchange.is_open()) continue;
            const Done done = std::exchange(exchange.done, nullptr);
            return done(std::move(outcome));
        }
        std::fputs("fake http client: no request is open\n", stderr);
        std::abort();
    }

  private:
    struct Call : agent::HttpCall {
        explicit Call(Exchange& e) : exchange(e) {}
        ~Call() override { exchange.cancelled = std::exchange(exchange.done, nullptr) != nullptr; }
        Call(const Call&) = delete;
        Call& operator=(const Call&) = delete;
        Exchange& exchange;
    };

    template <class Which>
    [[nodiscard]] std::size_t count(Which which) const {
        std::size_t found = 0;
        for (const Exchange& exchange : exchanges_) found += std::invoke(which, exchange) ? 1 : 0;
        return found;
    }

    std::deque<Exchange> exchanges_;  // calls hold references into it
};

}  // namespace fakes
