// SPDX-License-Identifier: Apache-2.0
#include "ready.h"

#include "base/json/json_writer.h"

namespace agent::sandbox {

namespace {

bool is_platform(const Client& client) {
    return client.product == Product::kPlatform;
}

std::string end_of_grant_url(const Settings& settings, const Client& client) {
    return settings.base_url + (is_platform(client) ? "/oauth/revoke" : "/oauth/deauthorize");
}

std::string api_base(const Settings& settings, const Client& client) {
    return settings.base_url + (is_platform(client) ? "/grow" : "/api/v4");
}

void write_app(JsonWriter& out, const Settings& settings, const Client& client, bool with_secret) {
    out.begin_object().member("product", word_of(kProducts, client.product)).member("region", "us");
    out.member("client_id", client.id);
    if (with_secret) out.member("client_secret", client.secret.reveal());
    out.member("redirect_uri", client.redirect_uris.front());
    if (is_platform(client)) out.member("scope", client.scope);
    out.member("rotation", word_of(kRotations, client.rotation));
    out.member("client_auth", word_of(kClientAuths, client.auth));
    out.key("endpoints").begin_object();
    out.member("authorization", settings.base_url + "/oauth/authorize");
    out.member("token", settings.base_url + "/oauth/token");
    out.member("deauthorize", end_of_grant_url(settings, client));
    out.member("api_base", api_base(settings, client)).end_object();
    out.end_object();
}

std::string quoted(std::string_view text) {
    JsonWriter json;
    return std::string(json.string(text).view());
}

}  // namespace

std::string ready_line(const Settings& settings, bool with_secret) {
    const Client& client = settings.clients.front();
    JsonWriter json;
    json.begin_object().member("ready", true).member("base_url", settings.base_url);
    json.member("control_url", settings.base_url + "/_sandbox").member("client_id", client.id);
    if (with_secret) json.member("client_secret", client.secret.reveal());
    json.key("app");
    write_app(json, settings, client, with_secret);
    json.key("users").begin_array();
    for (const User& user : settings.users) {
        json.begin_object().member("id", user.id).member("name", user.name).member("email", user.email).end_object();
    }
    json.end_array().end_object();
    return std::string(json.view()) + '\n';
}

std::string sample_configuration(const Settings& settings) {
    const Client& client = settings.clients.front();
    const auto member = [](const char* name, std::string_view value) {
        return std::string("      \"") + name + "\": " + quoted(value) + ",\n";
    };
    std::string text = "{\n  \"apps\": {\n    \"sandbox\": {\n";
    text += member("product", word_of(kProducts, client.product)) + member("region", "us");
    text += member("client_id", client.id);
    text +=
        "      // a file with the secret of this client, readable by you alone\n"
        "      \"client_secret\": {\"file\": \"/etc/cliod/sandbox.secret\"},\n";
    text += member("redirect_uri", client.redirect_uris.front());
    if (is_platform(client)) text += member("scope", client.scope);
    text += member("rotation", word_of(kRotations, client.rotation));
    text += member("client_auth", word_of(kClientAuths, client.auth));
    text += "      \"endpoints\": {\n";
    text += "        \"authorization\": " + quoted(settings.base_url + "/oauth/authorize") + ",\n";
    text += "        \"token\": " + quoted(settings.base_url + "/oauth/token") + ",\n";
    text += "        \"deauthorize\": " + quoted(end_of_grant_url(settings, client)) + ",\n";
    text += "        \"api_base\": " + quoted(api_base(settings, client)) + "\n";
    return text + "      }\n    }\n  }\n}\n";
}

}  // namespace agent::sandbox
