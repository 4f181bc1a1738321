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

/// What the agent said, good news only: problem documents become a Failure.
struct Answer {
    int status = 0;
    Json json;          // null when there was no body
    SecretString text;  // as sent
};

/// Asks the agent, over a connection for each request, to a socket that was found trustworthy.
class AgentClient {
  public:
    /// More than the agent itself waits for a refresh (limits::kTokenPatience), so that its own answer comes first.
    static constexpr Duration kDefaultTimeout = std::chrono::seconds(40);

    explicit AgentClient(std::string socket, Duration timeout = kDefaultTimeout)
        : socket_(std::move(socket)), timeout_(timeout) {}

    void set_timeout(Duration timeout) noexcept { timeout_ = timeout; }
    /// From now on a request fails with "interrupted" as soon as `fd` becomes readable; -1 for none.
    void give_up_when_readable(int fd) noexcept { give_up_fd_ = fd; }
    [[nodiscard]] const std::string& socket() const noexcept { return socket_; }

    /// Sends `request` and reads the whole answer, within the timeout and `extra`, the time that the agent was asked to
    /// wait by the request itself. A GET whose answer breaks off is sent again: the agent may have been restarted.
    [[nodiscard]] Reply<Answer> call(const AgentRequest& request, Duration extra = {}) const;

    /// Reads an answer that has no end, and hands on each piece as it comes. Ends well when the agent ends it.
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
