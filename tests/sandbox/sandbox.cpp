// SPDX-License-Identifier: Apache-2.0
#include "sandbox.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "api.h"
#include "authorize.h"
#include "base/log.h"
#include "control.h"
#include "ending.h"
#include "error_replies.h"
#include "fault_answers.h"
#include "token.h"

namespace agent::sandbox {

struct Sandbox::Route {
    std::string_view method;           // empty: any
    std::string_view path;             // one that ends with "/" stands for everything under it
    std::optional<Endpoint> endpoint;  // nothing: no fault, and not counted
    std::optional<Product> product;    // nothing: both have it
    Reply (*answer)(const Context&, const Request&);

    [[nodiscard]] bool has_path(std::string_view asked) const {
        return path.ends_with('/') ? asked.starts_with(path) : asked == path;
    }
};

// The first that fits counts.
const Sandbox::Route Sandbox::kRoutes[] = {
    {"GET", "/oauth/authorize", Endpoint::kAuthorize, {}, authorize_endpoint},
    {"POST", "/oauth/authorize", {}, {}, consent_endpoint},
    {"GET", "/oauth/approval", {}, {}, approval_endpoint},
    {"POST", "/oauth/token", Endpoint::kToken, {}, token_endpoint},
    {"POST", "/oauth/deauthorize", Endpoint::kDeauthorize, Product::kManage, deauthorize_endpoint},
    {"POST", "/oauth/revoke", Endpoint::kRevoke, Product::kPlatform, revoke_endpoint},
    {"GET", "/api/v4/users/who_am_i", Endpoint::kWhoAmI, Product::kManage, who_am_i_endpoint},
    {"GET", "/api/v4/users/who_am_i.json", Endpoint::kWhoAmI, Product::kManage, who_am_i_endpoint},
    {"GET", "/api/v4/", Endpoint::kApi, Product::kManage, collection_endpoint},
    {"GET", "/grow/users/who_am_i", Endpoint::kWhoAmI, Product::kPlatform, platform_who_am_i_endpoint},
    {"GET", "/grow/", Endpoint::kApi, Product::kPlatform, collection_endpoint},
    {"", "/_sandbox/", {}, {}, control_endpoint},
};

/// A counted request, until its answer has been sent or abandoned.
struct Sandbox::Visit {
    explicit Visit(int* token_requests) : token_requests_now(token_requests) {}
    ~Visit() {
        if (token_requests_now != nullptr) --*token_requests_now;
    }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

    int* token_requests_now;  // null unless this is one
};

Sandbox::Sandbox(Settings settings) : settings_(std::move(settings)), state_(settings_) {}

Result<std::unique_ptr<Sandbox>> Sandbox::start(event_base* base, const std::string& address, int port,
                                                Settings settings) {
    std::unique_ptr<Sandbox> sandbox(new Sandbox(std::move(settings)));
    AGENT_TRY(sandbox->server_,
              HttpServer::listen(base, address, port, [self = sandbox.get()](Request request, Responder responder) {
                  self->on_request(std::move(request), std::move(responder));
              }));
    const std::string host = address.find(':') == std::string::npos ? address : '[' + address + ']';
    sandbox->settings_.base_url = "http://" + host + ':' + std::to_string(sandbox->server_->port());
    return sandbox;
}

void Sandbox::on_request(Request request, Responder responder) {
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    bool is_path_known = false;
    for (const Route& route : kRoutes) {
        if (!route.has_path(request.path) || !is_served(route)) continue;
        is_path_known = true;
        if (!route.method.empty() && route.method != request.method) continue;
        visit(route, Context{.settings = settings_, .state = state_, .now = now}, request, std::move(responder));
        return;
    }
    log(LogLevel::kInfo, "unknown", {{"method", request.method}, {"path", request.path}});
    responder.send(is_path_known ? api_error(405, "MethodNotAllowed", "This path does not take this method")
                                 : api_error(404, "NotFoundError", "The sandbox has nothing at this path"));
}

void Sandbox::visit(const Route& route, const Context& context, const Request& request, Responder responder) {
    if (!route.endpoint) {
        responder.send(route.answer(context, request));
        return;
    }
    const auto counted = count_visit(route, context, request);
    const auto fault = state_.faults.take(*route.endpoint);
    Reply reply;
    if (fault && !row_of(fault->kind).acts_first) {
        if (fault->kind != FaultKind::kHang) reply = answer_instead(*fault, request.path, context.now);
    } else {
        reply = route.answer(context, request);
        if (fault) reply = spoil(*fault, std::move(reply));
    }
    const bool unanswered = fault && (fault->kind == FaultKind::kHang || fault->kind == FaultKind::kLost);
    const int status = unanswered ? 0 : reply.status;
    if (*route.endpoint == Endpoint::kToken) state_.stats.token_requests.back().status = status;
    log(LogLevel::kInfo, to_string(*route.endpoint),
        {{"status", std::to_string(status)}, {"fault", fault ? to_string(*fault) : "none"}});
    if (fault) {
        ++state_.stats.faults;
        deliver(*fault, std::move(reply), std::move(responder), counted);
    } else {
        responder.send(reply);
    }
}

std::shared_ptr<const Sandbox::Visit> Sandbox::count_visit(const Route& route, const Context& context,
                                                           const Request& request) {
    Stats& stats = state_.stats;
    ++stats.requests[*route.endpoint];
    if (*route.endpoint != Endpoint::kToken) return std::make_shared<const Visit>(nullptr);
    ++token_requests_now_;
    stats.most_token_requests_at_once = std::max(stats.most_token_requests_at_once, token_requests_now_);
    TokenRequest description = describe_token_request(context, request);
    if (!description.grant_type.empty()) ++stats.grant_types[description.grant_type];
    stats.add(std::move(description));
    return std::make_shared<const Visit>(&token_requests_now_);
}

void Sandbox::deliver(const Fault& fault, Reply reply, Responder responder, const std::shared_ptr<const Visit>& visit) {
    switch (fault.kind) {
        case FaultKind::kHang:
            server_->hold(std::move(responder), std::nullopt, [visit](Responder) {});
            break;
        case FaultKind::kLost:
            responder.drop();
            break;
        case FaultKind::kCut:
            responder.send_cut(reply, static_cast<std::size_t>(fault.argument));
            break;
        case FaultKind::kSlow:
            server_->hold(std::move(responder), std::chrono::milliseconds(fault.argument),
                          [reply = std::move(reply), visit](Responder owed) { owed.send(reply); });
            break;
        default:
            responder.send(reply);
    }
}

bool Sandbox::is_served(const Route& route) const {
    return !route.product || std::any_of(settings_.clients.begin(), settings_.clients.end(),
                                         [&](const Client& client) { return client.product == *route.product; });
}

}  // namespace agent::sandbox
