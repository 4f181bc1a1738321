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

/// What a handler is given.
struct ApiCall {
    const ApiRequest& request;
    /// The decoded segment that the path has in place of {…}: the name of an account or an app, or an id.
    std::string parameter;
};

/// Answers the request, or takes the reply away to answer it later and returns the wait for it. An error is answered by
/// the caller.
using ApiHandler = Result<std::unique_ptr<Waiting>> (*)(Api& api, const ApiCall& call, ApiReply& reply);

/// Whom a route is open to.
enum class Access {
    kUse,     // whoever may connect
    kManage,  // root and the daemon's own user: "managers only" in daemon/openapi.yaml
};

struct Route {
    ApiMethod method;
    std::string_view pattern;  // with at most one {…}, which stands for one segment that is not empty
    Access access;
    bool needs_parts;  // of the Api; while locked there are none
    ApiHandler handler;
};

[[nodiscard]] std::span<const Route> routes() noexcept;

/// Which route a request takes.
struct RouteMatch {
    const Route* route = nullptr;  // null: see `allow`
    std::string_view segment;      // still percent-encoded
    std::string allow;             // the methods of a path that has no such method; empty when there is no such path
};

[[nodiscard]] RouteMatch find_route(ApiMethod method, std::string_view path);

[[nodiscard]] std::string_view to_string(ApiMethod method) noexcept;

}  // namespace agent
