// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "http_server.h"
#include "state.h"

namespace agent::sandbox {

/// The server: finds the endpoint of a request, and lets the faults that were ordered come between.
class Sandbox {
  public:
    /// Listens at once; fails as HttpServer::listen does. Runs when the loop does.
    [[nodiscard]] static Result<std::unique_ptr<Sandbox>> start(event_base* base, const std::string& address, int port,
                                                                Settings settings);

    [[nodiscard]] const Settings& settings() const noexcept { return settings_; }

  private:
    struct Route;
    struct Visit;
    static const Route kRoutes[];

    explicit Sandbox(Settings settings);
    void on_request(Request request, Responder responder);
    void visit(const Route& route, const Context& context, const Request& request, Responder responder);
    std::shared_ptr<const Visit> count_visit(const Route& route, const Context& context, const Request& request);
    void deliver(const Fault& fault, Reply reply, Responder responder, const std::shared_ptr<const Visit>& visit);
    [[nodiscard]] bool is_served(const Route& route) const;

    Settings settings_;
    State state_;
    int token_requests_now_ = 0;
    std::unique_ptr<HttpServer> server_;  // goes first, with the answers that wait
};

}  // namespace agent::sandbox
