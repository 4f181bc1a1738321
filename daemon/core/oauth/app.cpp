// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/app.h"

#include <algorithm>

#include "base/crypto/sealing.h"
#include "base/json/json_reader.h"
#include "base/secret/client_secret.h"
#include "base/text/encoding.h"
#include "base/text/url.h"
#include "core/oauth/app_presets.h"
#include "protocol/names.h"

namespace agent {

namespace {

constexpr WordTable<Product, 2> kProducts{{{"manage", Product::kManage}, {"platform", Product::kPlatform}}};
constexpr WordTable<Region, 4> kRegions{
    {{"us", Region::kUs}, {"eu", Region::kEu}, {"ca", Region::kCa}, {"au", Region::kAu}}};
constexpr WordTable<Rotation, 2> kRotations{{{"reusable", Rotation::kReusable}, {"single_use", Rotation::kSingleUse}}};
constexpr WordTable<ClientAuth, 2> kClientAuths{{{"body", ClientAuth::kBody}, {"basic", ClientAuth::kBasic}}};

constexpr std::size_t kMostRedirectUris = 16;

/// An endpoint is where credentials go: https, or a server on this machine.
std::optional<std::string> read_endpoint(JsonReader& in, std::string_view key, bool may_be_empty) {
    auto text = in.optional_string(key);
    if (!text || (text->empty() && may_be_empty)) return text;
    const auto url = Url::parse(*text);
    if (!url) {
        in.refuse(key, url.error().message);
    } else if (url->scheme == "http" && !url->is_loopback()) {
        in.refuse(key, "expected https; plain http is only for a loopback address (127.0.0.1, [::1], localhost)");
    }
    return text;
}

EndpointOverrides read_endpoints(JsonReader& app) {
    EndpointOverrides overrides;
    const Json* description = app.optional("endpoints");
    if (description == nullptr) return overrides;
    JsonReader in(*description);
    overrides.authorization = read_endpoint(in, "authorization", /*may_be_empty=*/false);
    overrides.token = read_endpoint(in, "token", /*may_be_empty=*/false);
    overrides.deauthorize = read_endpoint(in, "deauthorize", /*may_be_empty=*/true);
    overrides.api_base = read_endpoint(in, "api_base", /*may_be_empty=*/false);
    overrides.who_am_i = read_endpoint(in, "who_am_i", /*may_be_empty=*/true);
    if (auto finished = in.finish(); !finished) app.refuse(std::move(finished).error());
    return overrides;
}

/// What the browser is sent to: the agent's own listener, or a page that shows the code (paste mode).
std::string why_not_redirect_uri(std::string_view text) {
    const auto url = Url::parse(text);
    if (!url) return url.error().message;
    // Clio compares the port too, so that "any port", as in RFC 8252 section 7.3, is not to be had.
    if (url->scheme == "http" && !(url->is_loopback() && url->has_port))
        return "expected http on a loopback address with a port, as in http://127.0.0.1:5678/callback, or https";
    return {};
}

std::vector<std::string> read_redirect_uris(JsonReader& in) {
    constexpr std::string_view kKey = "redirect_uri";
    const Json* const value = in.required(kKey, "a string, or an array of strings");
    if (value == nullptr) return {};
    if (value->array() == nullptr) {
        std::string only = in.required_string(kKey);
        if (const std::string why_not = why_not_redirect_uri(only); !why_not.empty()) in.refuse(kKey, why_not);
        return {std::move(only)};
    }
    std::vector<std::string> uris;
    for (const Json& entry : *value->array()) {
        const std::string_view text = entry.string().value_or("");
        std::string why_not = why_not_redirect_uri(text);
        if (std::find(uris.begin(), uris.end(), text) != uris.end()) why_not = "is there twice";
        if (!why_not.empty()) in.refuse(json_error(entry.position(), "\"redirect_uri\": " + why_not));
        uris.emplace_back(text);
    }
    if (uris.empty() || uris.size() > kMostRedirectUris)
        in.refuse(kKey, "expected from 1 to " + std::to_string(kMostRedirectUris) + " redirect URIs");
    return uris;
}

/// A single one as a string, as it always was.
void write_redirect_uris(JsonWriter& out, const std::vector<std::string>& uris) {
    if (uris.size() == 1) {
        out.member("redirect_uri", uris.front());
        return;
    }
    out.key("redirect_uri").begin_array();
    for (const std::string& uri : uris) out.string(uri);
    out.end_array();
}

std::string read_client_id(JsonReader& in) {
    std::string id = in.required_string("client_id");
    const std::string why_not = why_not_client_text(id);
    if (!id.empty() && !why_not.empty()) in.refuse("client_id", why_not);
    return id;
}

SecretString read_client_secret(JsonReader& in, const ReadSecret& read_secret) {
    const Json* value = in.required("client_secret", "the App Secret");
    if (value == nullptr) return {};
    auto secret = read_secret(*value);
    if (!secret) {
        in.refuse(std::move(secret).error());
        return {};
    }
    if (secret->empty())
        in.refuse("client_secret", "must not be empty");
    else if (const std::string why_not = why_not_client_text(secret->reveal()); !why_not.empty())
        in.refuse("client_secret", why_not);
    return *std::move(secret);
}

void check_scope(JsonReader& in, const App& app) {
    if (app.product == Product::kPlatform && app.scope.empty()) {
        in.refuse("scope", "Clio Platform requires it: a part of the scopes of the application");
    }
    if (app.product == Product::kManage && !app.custom_endpoints && !app.scope.empty()) {
        in.refuse("scope", "Clio Manage has none: permissions are chosen on the developer application");
    }
}

}  // namespace

App App::clone() const {
    return App{.name = name,
               .product = product,
               .region = region,
               .client_id = client_id,
               .client_secret = client_secret.clone(),
               .redirect_uris = redirect_uris,
               .scope = scope,
               .rotation = rotation,
               .client_auth = client_auth,
               .pkce = pkce,
               .custom_endpoints = custom_endpoints,
               .endpoints = endpoints};
}

Result<App> app_from_json(std::string_view name, const Json& description, const ReadSecret& read_secret) {
    if (!is_valid_name(name)) {
        return tl::unexpected(json_error(description.key_position(), "an app's name has " + std::string(kNameRule)));
    }
    JsonReader in(description);
    App app;
    app.name = name;
    app.product = in.required_word("product", kProducts);
    app.region = in.required_word("region", kRegions);
    app.client_id = read_client_id(in);
    app.client_secret = read_client_secret(in, read_secret);
    app.redirect_uris = read_redirect_uris(in);
    app.scope = in.optional_string("scope").value_or("");
    app.endpoints = complete_endpoints(app.product, app.region, read_endpoints(in));

    const Endpoints clio = clio_endpoints(app.product, app.region);
    const bool platform = app.product == Product::kPlatform;
    app.custom_endpoints = app.endpoints.authorization != clio.authorization || app.endpoints.token != clio.token;
    app.rotation =
        in.optional_word("rotation", kRotations).value_or(platform ? Rotation::kSingleUse : Rotation::kReusable);
    app.client_auth = in.optional_word("client_auth", kClientAuths).value_or(ClientAuth::kBody);
    // What Manage does with a challenge is not documented, so it gets none unless asked for.
    app.pkce = in.optional_boolean("pkce").value_or(platform || app.custom_endpoints);
    check_scope(in, app);
    AGENT_CHECK(in.finish());
    return app;
}

void write_app(JsonWriter& out, const App& app, bool with_secret) {
    out.begin_object();
    out.member("product", to_string(app.product)).member("region", to_string(app.region));
    out.member("client_id", app.client_id);
    if (with_secret) out.member("client_secret", app.client_secret.reveal());
    write_redirect_uris(out, app.redirect_uris);
    if (!app.scope.empty()) out.member("scope", app.scope);
    out.member("rotation", to_string(app.rotation));
    out.member("pkce", app.pkce);
    out.member("client_auth", to_string(app.client_auth));

    // Only what was named: should Clio move, a stored app moves with it.
    const Endpoints clio = clio_endpoints(app.product, app.region);
    EndpointOverrides named{.authorization = app.endpoints.authorization,
                            .token = app.endpoints.token,
                            .deauthorize = std::nullopt,
                            .api_base = app.endpoints.api_base,
                            .who_am_i = std::nullopt};
    const Endpoints implied = complete_endpoints(app.product, app.region, named);
    const auto write = [&](std::string_view key, const std::string& value, const std::string& unnamed) {
        if (value != unnamed) out.member(key, value);
    };
    out.key("endpoints").begin_object();
    write("authorization", app.endpoints.authorization, clio.authorization);
    write("token", app.endpoints.token, clio.token);
    write("deauthorize", app.endpoints.deauthorize, implied.deauthorize);
    write("api_base", app.endpoints.api_base, clio.api_base);
    write("who_am_i", app.endpoints.who_am_i, implied.who_am_i);
    out.end_object();
    out.end_object();
}

std::string origin_of(const App& app) {
    const Endpoints clio = clio_endpoints(app.product, app.region);
    const auto named = [](const std::string& url, const std::string& own) { return url == own ? "Clio's" : url; };
    std::string text;
    for (const std::string& part :
         {std::string(to_string(app.product)), std::string(to_string(app.region)), app.client_id,
          named(app.endpoints.token, clio.token), named(app.endpoints.deauthorize, clio.deauthorize),
          named(app.endpoints.api_base, clio.api_base)})
        text.append(part).push_back('\0');
    return digest(text);
}

std::string_view to_string(Product product) {
    return word_of(kProducts, product);
}

std::string_view to_string(Region region) {
    return word_of(kRegions, region);
}

std::string_view to_string(Rotation rotation) {
    return word_of(kRotations, rotation);
}

std::string_view to_string(ClientAuth client_auth) {
    return word_of(kClientAuths, client_auth);
}

}  // namespace agent
