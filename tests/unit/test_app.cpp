// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/app.h"

#include <map>

#include "core/oauth/app_presets.h"
#include "expect.h"

using agent::App;
using agent::Json;

namespace {

/// The members of a description as JSON texts, so that a row can change or drop one.
using Members = std::map<std::string, std::string>;

Members manage_app() {
    return {{"product", R"("manage")"},
            {"region", R"("us")"},
            {"client_id", R"("id")"},
            {"client_secret", R"("secret")"},
            {"redirect_uri", R"("http://127.0.0.1:5678/callback")"}};
}

Members platform_app() {
    Members members = manage_app();
    members["product"] = R"("platform")";
    members["scope"] = R"("contacts.read")";
    return members;
}

agent::Result<App> read_app(const Members& members, std::string_view name = "firm") {
    std::string text = "{";
    for (const auto& [key, value] : members) {
        text.append(text.size() > 1 ? "," : "").append("\"").append(key).append("\":").append(value);
    }
    text += "}";
    const auto json = Json::parse(text);
    cr_assert(json, "%s", text.c_str());
    return agent::app_from_json(name, *json, [](const Json& value) -> agent::Result<agent::SecretString> {
        if (const auto secret = value.string()) return agent::SecretString(*secret);
        return tl::unexpected(agent::json_error(value.position(), "\"client_secret\": expected a string"));
    });
}

struct AppBad {
    bool platform;
    const char* key;
    const char* value;  // null drops the member
    const char* error;
};

constexpr AppBad kAppBad[] = {
    {false, "product", nullptr, "missing \"product\""},
    {false, "product", R"("grow")", "expected one of manage, platform"},
    {false, "region", nullptr, "missing \"region\""},
    {false, "region", R"("uk")", "expected one of us, eu, ca, au"},
    {false, "client_id", nullptr, "missing \"client_id\""},
    {false, "client_id", R"("")", "must not be empty"},
    {false, "client_id", "7", "expected a string, found 7"},
    {false, "client_secret", nullptr, "missing \"client_secret\""},
    {false, "client_secret", R"("")", "must not be empty"},
    {false, "client_secret", "{}", "\"client_secret\": expected a string"},
    {false, "redirect_uri", nullptr, "missing \"redirect_uri\""},
    {false, "redirect_uri", R"("callback")", "must begin with"},
    {false, "redirect_uri", R"("http://127.0.0.1/callback")", "with a port"},
    {false, "redirect_uri", R"("http://example.com:8080/")", "loopback"},
    {false, "redirect_uri", R"("http://127.0.0.1.evil.example:80/")", "loopback"},
    {false, "redirect_uri", R"("https://example.com/#x")", "fragment"},
    {false, "redirect_uri", "[]", "expected from 1 to 16 redirect URIs"},
    {false, "redirect_uri", "7", "expected a string"},
    {false, "redirect_uri", R"(["http://127.0.0.1:1/c",7])", "must begin with"},
    {false, "redirect_uri", R"(["http://127.0.0.1:1/c","http://127.0.0.1/c"])", "with a port"},
    {false, "redirect_uri", R"(["http://127.0.0.1:1/c","http://127.0.0.1:1/c"])", "is there twice"},
    {false, "rotation", R"("never")", "expected one of reusable, single_use"},
    {false, "client_auth", R"("none")", "expected one of body, basic"},
    {false, "pkce", R"("yes")", "expected true or false"},
    {false, "clientid", R"("x")", "unknown key \"clientid\""},
    {false, "scope", R"("all")", "Clio Manage has none"},
    {true, "scope", nullptr, "Clio Platform requires it"},
    {true, "scope", R"("")", "Clio Platform requires it"},
    {false, "endpoints", "[]", "expected an object"},
    {false, "endpoints", R"({"tokens":"https://h/"})", "unknown key \"tokens\""},
    {false, "endpoints", R"({"token":7})", "\"token\": expected a string"},
    {false, "endpoints", R"({"token":""})", "\"token\": URL: "},
    {false, "endpoints", R"({"token":"nowhere"})", "\"token\": URL: "},
    {false, "endpoints", R"({"token":"http://app.clio.com/oauth/token"})", "\"token\": expected https"},
    {false, "endpoints", R"({"authorization":"http://10.0.0.1/"})", "\"authorization\": expected https"},
    {false, "endpoints", R"({"deauthorize":"ftp://h/"})", "\"deauthorize\": URL: "},
    {false, "endpoints", R"({"api_base":"http://127.1/"})", "\"api_base\": expected https"},
    {false, "endpoints", R"({"who_am_i":"http://h/"})", "\"who_am_i\": expected https"},
};

void expect_same(const App& a, const App& b) {
    EXPECT_TEXT(a.name, b.name);
    cr_expect(a.product == b.product && a.region == b.region && a.rotation == b.rotation);
    cr_expect(a.client_auth == b.client_auth && a.pkce == b.pkce && a.custom_endpoints == b.custom_endpoints);
    EXPECT_TEXT(a.client_id, b.client_id);
    EXPECT_TEXT(a.client_secret.reveal(), b.client_secret.reveal());
    cr_expect(a.redirect_uris == b.redirect_uris);
    EXPECT_TEXT(a.scope, b.scope);
    EXPECT_TEXT(a.endpoints.authorization, b.endpoints.authorization);
    EXPECT_TEXT(a.endpoints.token, b.endpoints.token);
    EXPECT_TEXT(a.endpoints.deauthorize, b.endpoints.deauthorize);
    EXPECT_TEXT(a.endpoints.api_base, b.endpoints.api_base);
    EXPECT_TEXT(a.endpoints.who_am_i, b.endpoints.who_am_i);
}

}  // namespace

Test(app, manage_implies) {
    const auto app = read_app(manage_app());
    cr_assert(app);
    cr_expect(app->rotation == agent::Rotation::kReusable && app->client_auth == agent::ClientAuth::kBody);
    cr_expect_not(app->pkce || app->custom_endpoints);
    EXPECT_TEXT(app->client_secret.reveal(), "secret");
    EXPECT_TEXT(app->endpoints.token, "https://app.clio.com/oauth/token");
}

Test(app, platform_implies) {
    const auto app = read_app(platform_app());
    cr_assert(app);
    cr_expect(app->rotation == agent::Rotation::kSingleUse && app->client_auth == agent::ClientAuth::kBody);
    cr_expect(app->pkce && !app->custom_endpoints);
    EXPECT_TEXT(app->scope, "contacts.read");
}

Test(app, what_is_named_wins) {
    Members members = manage_app();
    members["rotation"] = R"("single_use")";
    members["client_auth"] = R"("basic")";
    members["pkce"] = "true";
    members["redirect_uri"] = R"("https://app.clio.com/oauth/approval")";
    const auto app = read_app(members);
    cr_assert(app);
    cr_expect(app->rotation == agent::Rotation::kSingleUse && app->client_auth == agent::ClientAuth::kBasic &&
              app->pkce);
}

Test(app, custom_endpoints_turn_pkce_on_and_allow_a_scope) {
    Members members = manage_app();
    members["scope"] = R"("openid")";
    for (const char* key : {"authorization", "token"}) {
        members["endpoints"] = "{\"" + std::string(key) + "\":\"http://127.0.0.1:9000/x\"}";
        const auto app = read_app(members);
        cr_assert(app);
        cr_expect(app->custom_endpoints && app->pkce);
    }
    members["pkce"] = "false";
    cr_expect_not(read_app(members)->pkce);
    // Naming Clio's own endpoint changes nothing.
    members = manage_app();
    members["endpoints"] = R"({"token":"https://app.clio.com/oauth/token"})";
    cr_expect_not(read_app(members)->custom_endpoints);
}

Test(app, refuses_with_the_reason) {
    for (const AppBad& row : kAppBad) {
        Members members = row.platform ? platform_app() : manage_app();
        if (row.value == nullptr) {
            members.erase(row.key);
        } else {
            members[row.key] = row.value;
        }
        const auto app = read_app(members);
        cr_assert_not(app, "%s = %s was accepted", row.key, row.value == nullptr ? "(missing)" : row.value);
        cr_expect(app.error().code == agent::Error::Code::kBadRequest);
        cr_expect(app.error().message.starts_with("line 1, column "));
        EXPECT_CONTAINS(app.error().message, row.error);
    }
    cr_expect_not(read_app(manage_app(), "no spaces"));
}

Test(app, what_is_written_reads_back_the_same) {
    const char* endpoints[] = {
        "{}",
        R"({"token":"http://[::1]:9/t"})",
        R"({"token":"https://as.example/t","deauthorize":"https://as.example/r"})",
        R"({"deauthorize":""})",
        R"({"token":"https://as.example/t","deauthorize":"https://app.clio.com/oauth/deauthorize"})",
        R"({"api_base":"http://127.0.0.1:9/api/v4/"})",
        R"({"token":"https://as.example/t","api_base":"https://h","who_am_i":""})"};
    for (const Members& product : {manage_app(), platform_app()}) {
        for (const char* custom : endpoints) {
            Members members = product;
            members["endpoints"] = custom;
            const auto app = read_app(members);
            cr_assert(app);
            agent::JsonWriter out;
            agent::write_app(out, *app, /*with_secret=*/true);
            const auto json = Json::parse(out.view());
            cr_assert(json);
            const auto again =
                agent::app_from_json("firm", *json, [](const Json& value) -> agent::Result<agent::SecretString> {
                    return agent::SecretString(*value.string());
                });
            cr_assert(again, "%s", again.error().message.c_str());
            expect_same(*again, *app);
            expect_same(app->clone(), *app);
        }
    }
}

Test(app, the_secret_is_written_only_when_asked_for) {
    agent::JsonWriter out;
    agent::write_app(out, *read_app(manage_app()), /*with_secret=*/false);
    cr_expect(out.view().find("secret") == std::string_view::npos);
}

Test(app_presets, clios_own_endpoints) {
    struct Row {
        agent::Product product;
        agent::Region region;
        const char* authorization;
        const char* deauthorize;
        const char* api_base;
    };
    using enum agent::Product;
    using enum agent::Region;
    const Row rows[] = {
        {kManage, kUs, "https://app.clio.com/oauth/authorize", "https://app.clio.com/oauth/deauthorize",
         "https://app.clio.com/api/v4"},
        {kManage, kEu, "https://eu.app.clio.com/oauth/authorize", "https://eu.app.clio.com/oauth/deauthorize",
         "https://eu.app.clio.com/api/v4"},
        {kManage, kCa, "https://ca.app.clio.com/oauth/authorize", "https://ca.app.clio.com/oauth/deauthorize",
         "https://ca.app.clio.com/api/v4"},
        {kManage, kAu, "https://au.app.clio.com/oauth/authorize", "https://au.app.clio.com/oauth/deauthorize",
         "https://au.app.clio.com/api/v4"},
        {kPlatform, kUs, "https://auth.api.clio.com/oauth/authorize", "https://auth.api.clio.com/oauth/revoke",
         "https://api.clio.com/grow"},
        {kPlatform, kEu, "https://eu.auth.api.clio.com/oauth/authorize", "https://eu.auth.api.clio.com/oauth/revoke",
         "https://eu.api.clio.com/grow"},
        {kPlatform, kCa, "https://ca.auth.api.clio.com/oauth/authorize", "https://ca.auth.api.clio.com/oauth/revoke",
         "https://ca.api.clio.com/grow"},
        {kPlatform, kAu, "https://au.auth.api.clio.com/oauth/authorize", "https://au.auth.api.clio.com/oauth/revoke",
         "https://au.api.clio.com/grow"},
    };
    for (const Row& row : rows) {
        const agent::Endpoints endpoints = agent::clio_endpoints(row.product, row.region);
        EXPECT_TEXT(endpoints.authorization, row.authorization);
        std::string token = row.authorization;
        token.replace(token.rfind("authorize"), std::string::npos, "token");
        EXPECT_TEXT(endpoints.token, token);
        EXPECT_TEXT(endpoints.deauthorize, row.deauthorize);
        EXPECT_TEXT(endpoints.api_base, row.api_base);
        EXPECT_TEXT(endpoints.who_am_i,
                    endpoints.api_base +
                        (row.product == kManage ? "/users/who_am_i.json?fields=id,name,email" : "/users/who_am_i"));
    }
}

Test(app_presets, tokens_of_another_server_never_go_to_clio) {
    const auto complete = [](const agent::EndpointOverrides& overrides) {
        return agent::complete_endpoints(agent::Product::kManage, agent::Region::kUs, overrides);
    };
    agent::EndpointOverrides overrides;
    overrides.token = "https://as.example/token";
    EXPECT_TEXT(complete(overrides).deauthorize, "");
    EXPECT_TEXT(complete(overrides).who_am_i, "");
    overrides.api_base = "https://as.example/api/";
    EXPECT_TEXT(complete(overrides).who_am_i, "https://as.example/api/users/who_am_i.json?fields=id,name,email");
    overrides.deauthorize = "https://as.example/end";
    EXPECT_TEXT(complete(overrides).deauthorize, "https://as.example/end");
    EXPECT_TEXT(complete(overrides).authorization, "https://app.clio.com/oauth/authorize");
}

Test(app, several_redirect_uris_are_kept_in_order) {
    for (const char* list :
         {R"(["http://127.0.0.1:5679/c","http://127.0.0.1:5678/c"])",
          R"(["http://localhost:5678/c","https://app.clio.com/oauth/approval"])", R"(["http://[::1]:5678/c"])"}) {
        Members members = manage_app();
        members["redirect_uri"] = list;
        const auto app = read_app(members);
        cr_assert(app, "%s", list);
        agent::JsonWriter out;
        agent::write_app(out, *app, /*with_secret=*/true);
        const auto again = agent::app_from_json("firm", *Json::parse(out.view()), [](const Json& value) {
            return agent::Result<agent::SecretString>(agent::SecretString(*value.string()));
        });
        cr_assert(again);
        cr_expect(again->redirect_uris == app->redirect_uris);
    }
    Members members = manage_app();
    members["redirect_uri"] = R"(["http://127.0.0.1:5679/c","http://127.0.0.1:5678/c"])";
    EXPECT_TEXT(read_app(members)->redirect_uris.front(), "http://127.0.0.1:5679/c");
}
