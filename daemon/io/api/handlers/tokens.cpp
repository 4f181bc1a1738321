// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "base/json/json_reader.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/query.h"
#include "protocol/limits.h"

namespace agent {

namespace {

constexpr std::int64_t kHighestGeneration = INT64_MAX;
constexpr WordTable<ReportOutcome, 3> kOutcomes{{{"newer_exists", ReportOutcome::kNewerExists},
                                                 {"refreshing", ReportOutcome::kRefreshing},
                                                 {"ignored", ReportOutcome::kIgnored}}};

void answer_token(ApiReply& reply, const Result<IssuedToken>& token, WallTime now) {
    if (!token) return reply.problem(token.error());
    const Duration left = std::max(token->expires_at - now, Duration::zero());
    JsonWriter out;
    out.begin_object();
    out.member("account", token->account);
    out.member("access_token", token->access_token.reveal());
    out.member("token_type", "Bearer");
    out.member("expires_at", unix_seconds(token->expires_at));
    out.member("expires_in", std::chrono::floor<std::chrono::seconds>(left).count());
    out.member("generation", token->generation);
    out.member("api_base", token->api_base);
    out.member("state", word_of(kAccountStates, token->state));
    if (!token->reason.empty()) out.member("reason", token->reason);
    if (!token->min_ttl_met) out.member("min_ttl_met", false);
    out.end_object();
    reply.json(out);
}

Handled give_token(Api& api, std::string_view account, const ApiRequest& request, ApiReply& reply) {
    AGENT_TRY(const Query parameters, Query::parse(request.query, {"min_ttl"}));
    AGENT_TRY(const std::int64_t least,
              parameters.integer("min_ttl", limits::kDefaultMinTtl.count(), 0, limits::kLongestMinTtl.count()));
    const std::chrono::seconds min_ttl(least);

    if (const auto token = api.accounts().token_now(account, min_ttl)) {
        answer_token(reply, *token, api.context().clock.now());
        return answered();
    }
    const uid_t user = request.peer.uid;
    return api.accounts().await_token(account, min_ttl, limits::kTokenPatience,
                                      [&api, user, owed = share(std::move(reply))](const Result<IssuedToken>& token) {
                                          // Thousands may have waited for the same one.
                                          if (const auto room = api.context().room_for(user); !room)
                                              return owed->problem(room.error());
                                          answer_token(*owed, token, api.context().clock.now());
                                      });
}

}  // namespace

Handled get_token(Api& api, const ApiCall& call, ApiReply& reply) {
    return give_token(api, call.parameter, call.request, reply);
}

Handled get_only_token(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const std::string account, api.accounts().only_account());
    return give_token(api, account, call.request, reply);
}

Handled report_token(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    JsonReader in(body);
    const std::int64_t generation = in.required_integer("generation", 1, kHighestGeneration);
    const std::int64_t status = in.required_integer("status", 100, 599);
    AGENT_CHECK(in.finish());

    Accounts& accounts = api.accounts();
    AGENT_TRY(const ReportOutcome outcome, accounts.report(call.parameter, static_cast<std::uint64_t>(generation),
                                                           static_cast<int>(status), call.request.peer.uid));
    AGENT_TRY(const AccountFacts facts, accounts.facts(call.parameter));
    JsonWriter out(Content::kPublic);
    out.begin_object().member("generation", facts.generation).member("outcome", word_of(kOutcomes, outcome));
    out.end_object();
    reply.json(out);
    return answered();
}

}  // namespace agent
