// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "core/accounts/accounts.h"
#include "io/api/reply.h"
#include "io/api/request.h"

namespace agent {

class Api;

/// What a handler gets. Valid until the handler returns: what it needs later, it copies.
struct ApiCall {
    const ApiRequest& request;
    /// The decoded path segment in place of {…}: the name of an account or an app, or an id.
    std::string parameter;
};

/// Answers the request, or takes the reply to answer later, from the loop, and returns the wait for it. The caller
/// sends a returned error, and keeps the wait until the reply is sent or the peer has gone. `api` outlives the wait.
using ApiHandler = Result<std::unique_ptr<Waiting>> (*)(Api& api, const ApiCall& call, ApiReply& reply);

/// Who may use a route.
enum class Access {
    kUse,     // everyone who may connect
    kManage,  // root and the daemon's own user: "managers only" in daemon/openapi.yaml
};

struct Route {
    ApiMethod method;
    std::string_view pattern;  // with at most one {…}, which matches one non-empty segment
    Access access;
    bool needs_parts;  // of the Api; absent while locked
    bool is_noted;     // each request is logged with who made it, and how it was answered
    ApiHandler handler;
};

[[nodiscard]] std::span<const Route> routes() noexcept;

/// The route of a request.
struct RouteMatch {
    const Route* route = nullptr;  // null: see `allow`
    std::string_view segment;      // still percent-encoded
    std::string allow;             // the methods of the path if it lacks this one; empty if there is no such path
};

[[nodiscard]] RouteMatch find_route(ApiMethod method, std::string_view path);

[[nodiscard]] std::string_view to_string(ApiMethod method) noexcept;

}  // namespace agent
