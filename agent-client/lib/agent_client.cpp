// SPDX-License-Identifier: Apache-2.0
#include "lib/agent_client.h"

#include "base/text/number.h"
#include "lib/members.h"
#include "lib/socket/socket_trust.h"
#include "protocol/problem.h"

namespace agent {

namespace {

// A restart ends the agent once; a failed start may end it once more.
constexpr int kTries = 3;

std::chrono::seconds retry_after_of(const ResponseReader& response) {
    return std::chrono::seconds(whole_number<unsigned>(response.field("Retry-After").value_or("")).value_or(0));
}

/// Reads a problem document (RFC 9457). Another server at the socket may answer without one.
Failure failure_of(ResponseReader& response) {
    const int status = response.status();
    const SecretString body = response.take_body();
    const auto problem = Json::parse(body.reveal());
    const auto code = problem ? problem->find_string("code") : std::nullopt;
    Failure failure = [&] {
        if (code) return Failure(*code, std::string(problem->find_string("detail").value_or("")));
        const bool busy = status == problem_kind(Error::Code::kTemporarilyUnavailable).http_status;
        const auto kind = problem_kind(busy ? Error::Code::kTemporarilyUnavailable : Error::Code::kInternal);
        return Failure(kind.name, "agent: HTTP status " + std::to_string(status));
    }();
    failure.retry_after = retry_after_of(response);
    return failure;
}

Reply<void> read_to_the_end(Exchange& exchange) {
    while (!exchange.response().is_complete()) AGENT_CHECK(exchange.receive_more());
    return {};
}

}  // namespace

Reply<Exchange> AgentClient::begin(const AgentRequest& request, const Patience& patience) const {
    AGENT_CHECK(check_socket(socket_));
    AGENT_TRY(UnixStream stream, UnixStream::connect(socket_, patience));
    Exchange exchange(std::move(stream), patience);
    AGENT_CHECK(exchange.send(request));
    return exchange;
}

// RFC 9110 section 9.2.2: a client may repeat an idempotent request when the connection was closed before its answer.
Reply<Exchange> AgentClient::exchange_whole(const AgentRequest& request, const Patience& patience) const {
    for (int tries_left = request.method == "GET" ? kTries : 1;; --tries_left) {
        AGENT_TRY(Exchange exchange, begin(request, patience));
        const Reply<void> read = read_to_the_end(exchange);
        if (read) return exchange;
        if (!exchange.is_broken_off() || tries_left == 1) return tl::unexpected(read.error());
    }
}

Reply<Answer> AgentClient::call(const AgentRequest& request, Duration extra) const {
    AGENT_TRY(Exchange exchange,
              exchange_whole(request, Patience::at_most(timeout_ + extra).unless_readable(give_up_fd_)));
    ResponseReader& response = exchange.response();
    if (response.status() >= 300) return tl::unexpected(failure_of(response));
    Answer answer{.status = response.status(), .json = {}, .text = response.take_body()};
    if (answer.text.empty()) return answer;
    AGENT_TRY(answer.json, parse_answer(answer.text.reveal()));
    return answer;
}

Reply<void> AgentClient::stream(const std::string& target, const Take& take) const {
    AGENT_TRY(Exchange exchange,
              begin({.method = "GET", .target = target}, Patience::at_most(timeout_).unless_readable(give_up_fd_)));
    ResponseReader& response = exchange.response();
    while (!response.is_complete()) {
        AGENT_CHECK(exchange.receive_more());
        if (!response.has_header()) continue;
        if (response.status() >= 300) {
            AGENT_CHECK(read_to_the_end(exchange));
            return tl::unexpected(failure_of(response));
        }
        exchange.change_patience(Patience::without_end().unless_readable(give_up_fd_));
        AGENT_CHECK(take(response.take_body().reveal()));
    }
    return {};
}

}  // namespace agent
