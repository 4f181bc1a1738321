// SPDX-License-Identifier: Apache-2.0
#include "client.h"

#include <algorithm>
#include <utility>

namespace agent::sandbox {

namespace {

using std::chrono::seconds;

constexpr seconds kManageLife{2592000};  // 30 days
constexpr seconds kPlatformLife{86400};  // 24 hours

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (!word.empty()) words.push_back(word);
    }
    return words;
}

std::vector<std::string> read_uris(JsonReader& in, std::vector<std::string> otherwise) {
    const Json* value = in.optional("redirect_uris");
    if (value == nullptr) return otherwise;
    std::vector<std::string> uris;
    if (value->is_array()) {
        for (const Json& uri : *value->array()) uris.emplace_back(uri.string().value_or(""));
    }
    if (uris.empty() || std::find(uris.begin(), uris.end(), "") != uris.end()) {
        in.refuse("redirect_uris", "expected an array of URIs");
    }
    return uris;
}

Result<Client> read_client(const Json& entry, const ClientDefaults& defaults) {
    JsonReader in(entry);
    std::string id = in.required_string("client_id");
    in.required("client_secret", "a string");
    SecretString secret(entry.find_string("client_secret").value_or(""));
    if (secret.empty()) in.refuse("client_secret", "expected a non-empty string");
    ClientDefaults description{
        .product = in.optional_word("product", kProducts).value_or(defaults.product),
        .rotation = in.optional_word("rotation", kRotations),
        .auth = in.optional_word("client_auth", kClientAuths).value_or(defaults.auth),
        .redirect_uris = read_uris(in, defaults.redirect_uris),
        .scope = in.optional_string("scope").value_or(defaults.scope),
        .expires_in = defaults.expires_in,
    };
    if (!description.rotation) description.rotation = defaults.rotation;
    if (const auto life = in.optional_integer("expires_in", 1, kLongestLife.count())) {
        description.expires_in = seconds(*life);
    }
    AGENT_CHECK(in.finish());
    return make_client(std::move(id), std::move(secret), std::move(description));
}

}  // namespace

Client make_client(std::string id, SecretString secret, ClientDefaults description) {
    const bool platform = description.product == Product::kPlatform;
    return {.id = std::move(id),
            .secret = std::move(secret),
            .product = description.product,
            .rotation = description.rotation.value_or(platform ? Rotation::kSingleUse : Rotation::kReusable),
            .auth = description.auth,
            .redirect_uris = std::move(description.redirect_uris),
            .scope = std::move(description.scope),
            .expires_in = description.expires_in.value_or(platform ? kPlatformLife : kManageLife)};
}

Result<std::vector<Client>> read_clients(std::string_view json, const ClientDefaults& defaults) {
    AGENT_TRY(const Json document, Json::parse(json, Json::Comments::kAllow));
    JsonReader in(document);
    const Json* value = in.required("clients", "an array of clients");
    const Json::Array none;
    const Json::Array* array = value == nullptr ? nullptr : value->array();
    const Json::Array& entries = array == nullptr ? none : *array;
    if (entries.empty()) in.refuse("clients", "expected an array of at least one client");
    AGENT_CHECK(in.finish());
    std::vector<Client> clients;
    for (const Json& entry : entries) {
        AGENT_TRY(Client client, read_client(entry, defaults));
        if (std::any_of(clients.begin(), clients.end(), [&](const Client& c) { return c.id == client.id; })) {
            return tl::unexpected(json_error(entry.position(), "this client_id is in the file twice"));
        }
        clients.push_back(std::move(client));
    }
    return clients;
}

bool is_scope_within(std::string_view wanted, std::string_view granted) {
    const auto may = words_of(granted);
    const auto want = words_of(wanted);
    return !want.empty() && std::all_of(want.begin(), want.end(), [&](std::string_view word) {
        return std::find(may.begin(), may.end(), word) != may.end();
    });
}

}  // namespace agent::sandbox
