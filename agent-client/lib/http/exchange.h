// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "lib/failure.h"
#include "lib/http/response_reader.h"
#include "lib/patience.h"
#include "lib/socket/unix_stream.h"

namespace agent {

/// A request to the agent.
struct AgentRequest {
    std::string_view method;
    std::string target;          // path and query, encoded
    std::string_view body = {};  // JSON; sent when not empty
};

/// One request and its response on a separate connection.
class Exchange {
  public:
    Exchange(UnixStream stream, const Patience& patience) noexcept : stream_(std::move(stream)), patience_(patience) {}

    [[nodiscard]] Reply<void> send(const AgentRequest& request);
    /// From now on.
    void change_patience(const Patience& patience) noexcept { patience_ = patience; }
    /// Waits for more of the response. Call only while it is incomplete.
    [[nodiscard]] Reply<void> receive_more();
    /// The agent closed the connection before the response was complete.
    [[nodiscard]] bool is_broken_off() const noexcept { return is_broken_off_; }
    [[nodiscard]] ResponseReader& response() noexcept { return response_; }

  private:
    UnixStream stream_;
    Patience patience_;
    ResponseReader response_;
    bool is_broken_off_ = false;
};

}  // namespace agent
