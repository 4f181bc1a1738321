// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/json/json.h"
#include "base/secret/secret.h"
#include "base/time.h"
#include "lib/failure.h"
#include "lib/http/exchange.h"

namespace agent {

/// A successful answer: problem documents become a Failure.
struct Answer {
    int status = 0;
    Json json;          // null when there was no body
    SecretString text;  // as sent
};

/// Sends each request to the agent on a new connection, after checking that the socket can be trusted.
class AgentClient {
  public:
    /// Longer than the agent waits for a refresh (limits::kTokenPatience), so that its answer comes first.
    static constexpr Duration kDefaultTimeout = std::chrono::seconds(40);

    explicit AgentClient(std::string socket, Duration timeout = kDefaultTimeout)
        : socket_(std::move(socket)), timeout_(timeout) {}

    void set_timeout(Duration timeout) noexcept { timeout_ = timeout; }
    /// From now on requests fail with "interrupted" as soon as `fd` becomes readable; -1 for none.
    void give_up_when_readable(int fd) noexcept { give_up_fd_ = fd; }
    [[nodiscard]] const std::string& socket() const noexcept { return socket_; }

    /// Sends `request` and reads the whole answer, within the timeout plus `extra`, the time that the request asks the
    /// agent to wait. Repeats a GET whose answer breaks off: the agent may have restarted.
    [[nodiscard]] Reply<Answer> call(const AgentRequest& request, Duration extra = {}) const;

    /// Streams an endless answer, passing on each piece as it arrives. Succeeds when the agent ends it.
    using Take = std::function<Reply<void>(std::string_view piece)>;
    [[nodiscard]] Reply<void> stream(const std::string& target, const Take& take) const;

  private:
    [[nodiscard]] Reply<Exchange> exchange_whole(const AgentRequest& request, const Patience& patience) const;
    [[nodiscard]] Reply<Exchange> begin(const AgentRequest& request, const Patience& patience) const;

    std::string socket_;
    Duration timeout_;
    int give_up_fd_ = -1;
};

}  // namespace agent
