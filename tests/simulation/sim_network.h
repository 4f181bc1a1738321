// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "ports/http_client.h"
#include "simulation/faults.h"
#include "simulation/sim_server.h"
#include "simulation/sim_time.h"

namespace agent::sim {

/// Hears of each request, from the agent's side and from the server's.
class NetworkWatch {
  public:
    virtual ~NetworkWatch() = default;
    virtual void sent(const Asked& asked, Fault fault) = 0;
    /// The agent has its answer or failure, or has given the request up.
    virtual void over(const Asked& asked) = 0;
    /// The server has rotated a refresh token.
    virtual void rotated(const TokenName& refresh_token) = 0;
    /// The agent was told by Retry-After to wait so long.
    virtual void told_to_wait(const Asked& asked, Duration wait) = 0;
    /// The agent has the whole answer in hand that holds this new refresh token.
    virtual void received(const TokenName& refresh_token) = 0;
    /// The answer that holds this new refresh token will not reach the agent whole.
    virtual void lost(const TokenName& refresh_token) = 0;
    /// A refresh whose answer was lost came late to the server, which took it for a reuse and ended the grant.
    virtual void ended_by_late_request(int grant) = 0;
};

/// Everything between the agent and the authorization servers.
class SimNetwork : public HttpClient {
  public:
    SimNetwork(EventQueue& events, Faults& faults, SimServer& server, NetworkWatch& watch)
        : events_(events), faults_(faults), server_(server), watch_(watch) {}

    [[nodiscard]] std::unique_ptr<HttpCall> send(HttpRequest request, Done done) override;

    /// The process has died; what it sent is still on its way.
    void crash() { ++life_; }

    [[nodiscard]] int under_way() const { return under_way_; }

  private:
    struct Exchange;
    struct Call;

    void arrive(const std::shared_ptr<Exchange>& exchange);
    void deliver(const std::shared_ptr<Exchange>& exchange);
    void close(Exchange& exchange);

    EventQueue& events_;
    Faults& faults_;
    SimServer& server_;
    NetworkWatch& watch_;
    int under_way_ = 0;
    std::uint64_t life_ = 0;
};

}  // namespace agent::sim
