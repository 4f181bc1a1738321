// SPDX-License-Identifier: Apache-2.0
#include "inspect.h"

namespace agent::sandbox {

namespace {

std::int64_t unix_milliseconds(WallTime at) {
    return at.time_since_epoch().count();
}

void write_grant(JsonWriter& out, const Context& context, const Grant& grant) {
    const GrantBook& book = context.state.grants;
    const bool alive = grant.ended_by.empty();
    out.begin_object().member("id", grant.id).member("client_id", grant.client_id);
    out.member("user", std::int64_t{grant.user_id}).member("alive", alive).member("ended_by", grant.ended_by);
    out.member("refreshes", grant.refreshes);
    out.key("refresh_token");
    alive ? out.string(grant.refresh_token) : out.null();
    out.key("spent_refresh_tokens").begin_array();
    for (const std::string& token : grant.spent_refresh_tokens) out.string(token);
    out.end_array().key("access_tokens").begin_array();
    for (const std::string& token : grant.access_tokens) {
        if (!book.is_access_token_alive(token, context.now)) continue;
        out.begin_object().member("access_token", token);
        out.member("expires_at", unix_seconds(book.expires_at(token))).end_object();
    }
    out.end_array().end_object();
}

}  // namespace

void write_stats(JsonWriter& out, const State& state) {
    const Stats& stats = state.stats;
    const auto count_of = [](const auto& counts, const auto& key) {
        const auto found = counts.find(key);
        return found == counts.end() ? std::uint64_t{0} : found->second;
    };
    out.begin_object().key("requests").begin_object();
    for (const Endpoint endpoint : kEndpoints) out.member(to_string(endpoint), count_of(stats.requests, endpoint));
    out.end_object().key("grant_types").begin_object();
    for (const char* type : {"authorization_code", "refresh_token"}) {
        out.member(type, count_of(stats.grant_types, std::string(type)));
    }
    out.end_object().key("refreshes").begin_object();
    for (const Grant& grant : state.grants.grants()) out.member(grant.id, grant.refreshes);
    out.end_object().member("reuses", stats.reuses).member("faults", stats.faults);
    out.member("redirected", stats.redirected);
    out.member("most_token_requests_at_once", stats.most_token_requests_at_once);
    out.key("token_requests").begin_array();
    for (const TokenRequest& request : stats.token_requests) {
        out.begin_object().member("at_ms", unix_milliseconds(request.at)).member("grant_type", request.grant_type);
        out.member("grant", request.grant).member("status", request.status).end_object();
    }
    out.end_array().end_object();
}

void write_grants(JsonWriter& out, const Context& context) {
    out.begin_object().key("grants").begin_array();
    for (const Grant& grant : context.state.grants.grants()) write_grant(out, context, grant);
    out.end_array().end_object();
}

void write_faults(JsonWriter& out, const FaultPlan& plan) {
    out.begin_object().key("faults").begin_array();
    for (const Fault& fault : plan.faults()) out.string(to_string(fault));
    out.end_array().end_object();
}

}  // namespace agent::sandbox
