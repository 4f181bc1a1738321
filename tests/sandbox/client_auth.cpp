// SPDX-License-Identifier: Apache-2.0
#include "client_auth.h"

#include <sodium.h>

#include <algorithm>

namespace agent::sandbox {

namespace {

/// The credentials of an Authorization header of that scheme; nullopt for any other.
std::optional<std::string_view> credentials_of(const Request& request, std::string_view scheme) {
    std::string_view value = request.header("Authorization");
    const std::string_view word = value.substr(0, value.find(' '));
    if (!equals_ignoring_case(word, scheme) || word.size() == value.size()) return std::nullopt;
    value.remove_prefix(word.size() + 1);
    return value;
}

const Client* client_with(const Settings& settings, std::string_view id, std::string_view secret) {
    const Client* client = settings.find_client(id);
    return client != nullptr && client->secret.equals(secret) ? client : nullptr;
}

}  // namespace

const Client* authenticate(const Settings& settings, const Request& request, const FormParameters& form) {
    if (request.header("Authorization").empty()) {
        const Client* client =
            client_with(settings, form.find("client_id").value_or(""), form.find("client_secret").value_or(""));
        return client != nullptr && client->auth == ClientAuth::kBody ? client : nullptr;
    }
    const Client* client = authenticate_basic(settings, request);
    if (client == nullptr || client->auth != ClientAuth::kBasic || form.find("client_secret")) return nullptr;
    // RFC 6749 section 3.2.1 allows client_id in the body as well; then it must be the same.
    return form.find("client_id").value_or(client->id) == client->id ? client : nullptr;
}

const Client* authenticate_basic(const Settings& settings, const Request& request) {
    const auto credentials = credentials_of(request, "Basic");
    if (!credentials) return nullptr;
    SecretString pair(credentials->size());  // decoding never makes it longer
    std::size_t length = 0;
    if (sodium_base642bin(reinterpret_cast<unsigned char*>(pair.data()), pair.size(), credentials->data(),
                          credentials->size(), nullptr, &length, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
        return nullptr;
    }
    const std::string_view text = pair.reveal().substr(0, length);
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return nullptr;
    const auto id = percent_decode(text.substr(0, colon), /*plus_is_space=*/true);
    const auto secret = percent_decode(text.substr(colon + 1), /*plus_is_space=*/true);
    return id && secret ? client_with(settings, id->reveal(), secret->reveal()) : nullptr;
}

std::optional<std::string_view> bearer_of(const Request& request) {
    const auto token = credentials_of(request, "Bearer");
    const auto is_token_character = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("-._~+/=").find(c) != std::string_view::npos;
    };
    if (!token || token->empty() || !std::all_of(token->begin(), token->end(), is_token_character)) {
        return std::nullopt;
    }
    return token;
}

}  // namespace agent::sandbox
