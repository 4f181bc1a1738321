// SPDX-License-Identifier: Apache-2.0
#include "io/api/routes.h"

#include <array>
#include <optional>

#include "io/api/handlers.h"

namespace agent {

namespace {

using enum ApiMethod;
using enum Access;

constexpr bool kUnlocked = true;
constexpr bool kAlways = false;

constexpr bool kNoted = true;
constexpr bool kQuiet = false;  // changes nothing, or is one of many pages

// The most used routes first.
constexpr std::array kRoutes{
    Route{kGet, "/v1/accounts/{account}/token", kUse, kUnlocked, kQuiet, get_token},
    Route{kGet, "/v1/token", kUse, kUnlocked, kQuiet, get_only_token},
    Route{kPost, "/v1/accounts/{account}/report", kUse, kUnlocked, kQuiet, report_token},
    Route{kGet, "/v1/accounts", kUse, kUnlocked, kQuiet, list_accounts},
    Route{kGet, "/v1/accounts/{account}", kUse, kUnlocked, kQuiet, get_account},
    Route{kDelete, "/v1/accounts/{account}", kManage, kUnlocked, kNoted, remove_account},
    Route{kPost, "/v1/accounts/{account}/refresh", kManage, kUnlocked, kNoted, refresh_account},
    Route{kGet, "/v1/authorizations", kManage, kUnlocked, kQuiet, list_authorizations},
    Route{kPost, "/v1/authorizations", kManage, kUnlocked, kNoted, begin_authorization},
    Route{kGet, "/v1/authorizations/{id}", kManage, kUnlocked, kQuiet, get_authorization},
    Route{kPost, "/v1/authorizations/{id}", kManage, kUnlocked, kNoted, continue_authorization},
    Route{kDelete, "/v1/authorizations/{id}", kManage, kUnlocked, kNoted, cancel_authorization},
    Route{kGet, "/v1/apps", kUse, kUnlocked, kQuiet, list_apps},
    Route{kGet, "/v1/apps/{app}", kUse, kUnlocked, kQuiet, get_app},
    Route{kPut, "/v1/apps/{app}", kManage, kUnlocked, kNoted, put_app},
    Route{kDelete, "/v1/apps/{app}", kManage, kUnlocked, kNoted, remove_app},
    Route{kPost, "/v1/apps/{app}/check", kManage, kUnlocked, kNoted, check_app},
    Route{kPost, "/v1/lock", kManage, kAlways, kNoted, lock},
    Route{kPost, "/v1/unlock", kManage, kAlways, kNoted, unlock},
    Route{kGet, "/v1/keys", kManage, kAlways, kQuiet, list_keys},
    Route{kPost, "/v1/keys", kManage, kAlways, kNoted, add_key},
    Route{kDelete, "/v1/keys/{id}", kManage, kUnlocked, kNoted, remove_key},
    Route{kPost, "/v1/keys/rotate", kManage, kUnlocked, kNoted, rotate_key},
    Route{kPost, "/v1/keys/test", kManage, kAlways, kNoted, test_keys},
    Route{kPost, "/v1/proofs", kManage, kAlways, kNoted, make_proof},
    Route{kPost, "/v1/backups", kManage, kUnlocked, kNoted, begin_backup},
    Route{kPost, "/v1/backups/records", kManage, kUnlocked, kQuiet, copy_records},
    Route{kPost, "/v1/accounts/{account}/move", kManage, kUnlocked, kNoted, move_account},
    Route{kPost, "/v1/restores", kManage, kUnlocked, kNoted, open_backup},
    Route{kPost, "/v1/restores/records", kManage, kUnlocked, kNoted, restore_records},
    Route{kGet, "/v1/status", kUse, kAlways, kQuiet, get_status},
    Route{kGet, "/v1/metrics", kUse, kAlways, kQuiet, get_metrics},
    Route{kGet, "/v1/events", kUse, kAlways, kQuiet, get_events},
};

/// The segment in place of {…}, empty for a pattern without one; nullopt if the path does not match.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
    const std::size_t open = pattern.find('{');
    if (open == std::string_view::npos) {
        return pattern == path ? std::optional<std::string_view>("") : std::nullopt;
    }
    const std::string_view before = pattern.substr(0, open);
    const std::string_view after = pattern.substr(pattern.find('}') + 1);
    if (path.size() <= before.size() + after.size() || !path.starts_with(before) || !path.ends_with(after)) {
        return std::nullopt;
    }
    const std::string_view segment = path.substr(open, path.size() - before.size() - after.size());
    if (segment.find('/') != std::string_view::npos) return std::nullopt;
    return segment;
}

}  // namespace

std::span<const Route> routes() noexcept {
    return kRoutes;
}

RouteMatch find_route(ApiMethod method, std::string_view path) {
    RouteMatch found;
    for (const Route& route : kRoutes) {
        const auto segment = match(route.pattern, path);
        if (!segment) continue;
        if (route.method == method) return {.route = &route, .segment = *segment, .allow = {}};
        if (!found.allow.empty()) found.allow += ", ";
        found.allow += to_string(route.method);
    }
    return found;
}

std::string_view to_string(ApiMethod method) noexcept {
    switch (method) {
        case kGet:
            return "GET";
        case kPost:
            return "POST";
        case kPut:
            return "PUT";
        case kDelete:
            return "DELETE";
        case kOther:
            break;
    }
    return "other";
}

}  // namespace agent
