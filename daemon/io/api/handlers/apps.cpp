// SPDX-License-Identifier: Apache-2.0
#include "base/json/json_reader.h"
#include "core/oauth/app_presets.h"
#include "io/api/api.h"
#include "io/api/handlers.h"
#include "io/api/person.h"
#include "io/api/query.h"

namespace agent {

namespace {

constexpr WordTable<AppFinding::Verdict, 3> kVerdicts{{{"good", AppFinding::Verdict::kGood},
                                                       {"bad", AppFinding::Verdict::kBad},
                                                       {"unknown", AppFinding::Verdict::kUnknown}}};

void write_facts(JsonWriter& out, const AppFacts& facts) {
    const App& app = facts.app;
    out.begin_object();
    out.member("name", app.name);
    out.member("product", to_string(app.product)).member("region", to_string(app.region));
    out.member("client_id", app.client_id).member("redirect_uri", app.redirect_uris.front());
    out.key("redirect_uris").begin_array();
    for (const std::string& uri : app.redirect_uris) out.string(uri);
    out.end_array().member("scope", app.scope);
    out.member("rotation", to_string(app.rotation)).member("pkce", app.pkce);
    out.member("client_auth", to_string(app.client_auth));
    out.key("endpoints").begin_object();
    out.member("authorization", app.endpoints.authorization).member("token", app.endpoints.token);
    out.member("deauthorize", app.endpoints.deauthorize).member("api_base", app.endpoints.api_base);
    out.member("who_am_i", app.endpoints.who_am_i);
    out.end_object();
    out.member("source", facts.from_configuration ? "configuration" : "agent");
    out.member("accounts", static_cast<std::uint64_t>(facts.accounts));
    out.end_object();
}

/// A request contains the secret itself; a reference to a file would let a peer make the daemon read it.
Result<SecretString> read_secret(const Json& value) {
    const auto text = value.string();
    if (!text) return tl::unexpected(json_error(value.position(), "\"client_secret\": expected a string"));
    return SecretString(*text);
}

/// Whether codes, tokens or people would be sent elsewhere than before or, by a new app, elsewhere than to Clio.
bool changes_endpoints(const Apps& apps, const App& app) {
    const auto present = apps.facts(app.name);
    return present ? app.endpoints != present->app.endpoints : !has_clio_endpoints(app);
}

Accounts::Done answer_change(ApiReply& reply) {
    return [owed = share(std::move(reply))](const Result<void>& changed) {
        changed ? owed->no_content() : owed->problem(changed.error());
    };
}

}  // namespace

Handled list_apps(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    JsonWriter out(Content::kPublic);
    out.begin_object().key("apps").begin_array();
    for (const AppFacts& facts : api.apps().list()) write_facts(out, facts);
    out.end_array();
    out.key("unreadable").begin_array();
    for (const UnreadableApp& app : api.apps().unreadable())
        out.begin_object().member("name", app.name).member("reason", app.reason).end_object();
    out.end_array().end_object();
    reply.json(out);
    return answered();
}

Handled get_app(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    AGENT_TRY(const AppFacts facts, api.apps().facts(call.parameter));
    JsonWriter out(Content::kPublic);
    write_facts(out, facts);
    reply.json(out);
    return answered();
}

Handled check_app(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    return api.logins().check_app(std::string(call.parameter), [owed = share(std::move(reply))](const auto& findings) {
        if (!findings) return owed->problem(findings.error());
        JsonWriter out(Content::kPublic);
        out.begin_object().key("checks").begin_array();
        for (const AppFinding& finding : *findings) {
            out.begin_object().member("check", finding.check).member("verdict", word_of(kVerdicts, finding.verdict));
            out.member("detail", finding.detail).end_object();
        }
        out.end_array().end_object();
        owed->json(out);
    });
}

Handled put_app(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_TRY(const Query query, Query::parse(call.request.query, {"replace_grants", "proof"}));
    AGENT_TRY(const bool replace_grants, query.boolean("replace_grants", false));
    AGENT_TRY(const Json body, Json::parse(call.request.body.reveal()));
    AGENT_TRY(App app, app_from_json(call.parameter, body, read_secret));
    if (!changes_endpoints(api.apps(), app))
        return api.apps().put(std::move(app), replace_grants, answer_change(reply));
    const auto kept = std::make_shared<App>(std::move(app));
    return with_person(api, call, query.text("proof"), reply,
                       [&api, kept, replace_grants](ApiReply& putting) -> Handled {
                           return api.apps().put(std::move(*kept), replace_grants, answer_change(putting));
                       });
}

Handled remove_app(Api& api, const ApiCall& call, ApiReply& reply) {
    AGENT_CHECK(Query::parse(call.request.query, {}));
    return api.apps().remove(call.parameter, answer_change(reply));
}

}  // namespace agent
