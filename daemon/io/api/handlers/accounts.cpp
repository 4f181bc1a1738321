// SPDX-License-Identifier: Apache-2.0
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/handlers/write_time.h"
#include "io/api/query.h"
#include "protocol/limits.h"

namespace agent {

namespace {

void write_user(JsonWriter& out, const std::optional<ClioUser>& user) {
    out.key("user");
    if (!user) {
        out.null();
        return;
    }
    out.begin_object().member("id", user->id).member("name", user->name).member("email", user->email).end_object();
}

void write_account(JsonWriter& out, const AccountFacts& facts) {
    out.begin_object();
    out.member("name", facts.name).member("app", facts.app);
    out.member("state", word_of(kAccountStates, facts.state))
        .member("reason", facts.reason)
        .member("next_step", facts.next_step);
    out.member("generation", facts.generation);
    out.member("expires_at", unix_seconds(facts.expires_at));
    write_time(out, "refresh_at", facts.refresh_at);
    write_time(out, "last_refresh", facts.last_refresh);
    write_user(out, facts.user);
    out.end_object();
}

void answer_account(ApiReply& reply, const Result<AccountFacts>& facts) {
    if (!facts) return reply.problem(facts.error());
    JsonWriter out(Content::kPublic);
    write_account(out, *facts);
    reply.json(out);
}

}  // namespace

Handled list_accounts(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    JsonWriter out(Content::kPublic);
    out.begin_object().key("accounts").begin_array();
    for (const AccountFacts& facts : api.accounts().list()) write_account(out, facts);
    out.end_array().end_object();
    reply.json(out);
    return answered();
}

Handled get_account(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    answer_account(reply, api.accounts().facts(call.parameter));
    return answered();
}

Handled remove_account(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query parameters, Query::parse(call.request.query, {"revoke"}));
    AGENT_TRY(const bool revoke, parameters.boolean("revoke", true));
    return api.accounts().remove(call.parameter, revoke, limits::kTokenPatience,
                                 [owed = share(std::move(reply))](const Result<void>& removed) {
                                     removed ? owed->no_content() : owed->problem(removed.error());
                                 });
}

Handled refresh_account(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"revive"}));
    AGENT_TRY(const bool revive, query.boolean("revive", false));
    Accounts& accounts = api.accounts();
    auto done = [owed = share(std::move(reply))](const Result<AccountFacts>& facts) { answer_account(*owed, facts); };
    return revive ? accounts.revive(call.parameter, limits::kTokenPatience, std::move(done))
                  : accounts.refresh(call.parameter, limits::kTokenPatience, std::move(done));
}

}  // namespace agent
