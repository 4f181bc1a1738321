// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json_reader.h"
#include "base/result.h"
#include "base/secret/secret.h"

namespace agent::sandbox {

enum class Product { kManage, kPlatform };
/// What a successful refresh does to the refresh token that was used.
enum class Rotation { kReusable, kSingleUse };
/// The one way in which a client proves itself at the token endpoint (RFC 6749 section 2.3.1).
enum class ClientAuth { kBody, kBasic };

/// A developer application, as the developer portal would hold it.
struct Client {
    std::string id;
    SecretString secret;
    Product product = Product::kManage;
    Rotation rotation = Rotation::kReusable;
    ClientAuth auth = ClientAuth::kBody;
    std::vector<std::string> redirect_uris;
    std::string scope;  // what a Platform application may ask for, by spaces; Manage has no scopes
    std::chrono::seconds expires_in{0};
};

/// A person with a Clio account.
struct User {
    std::int64_t id = 0;
    std::string name;
    std::string email;
};

/// What an entry of a client file, or the built-in client, has for what is not said. An empty optional means that the
/// product decides.
struct ClientDefaults {
    Product product = Product::kManage;
    std::optional<Rotation> rotation{};
    ClientAuth auth = ClientAuth::kBody;
    std::vector<std::string> redirect_uris{};
    std::string scope{};
    std::optional<std::chrono::seconds> expires_in{};
};

inline constexpr std::chrono::seconds kLongestLife{315360000};  // ten years

[[nodiscard]] Client make_client(std::string id, SecretString secret, ClientDefaults description);

/// Reads {"clients": [{"client_id", "client_secret", "redirect_uris", "product", "rotation", "client_auth", "scope",
/// "expires_in"}]}, comments allowed; all but id and secret may be left out. Fails with kBadRequest, line and column.
[[nodiscard]] Result<std::vector<Client>> read_clients(std::string_view json, const ClientDefaults& defaults);

/// True when each word of `wanted` is one of `granted`, and there is one.
[[nodiscard]] bool is_scope_within(std::string_view wanted, std::string_view granted);

inline constexpr WordTable<Product, 2> kProducts{{{"manage", Product::kManage}, {"platform", Product::kPlatform}}};
inline constexpr WordTable<Rotation, 2> kRotations{
    {{"reusable", Rotation::kReusable}, {"single_use", Rotation::kSingleUse}}};
inline constexpr WordTable<ClientAuth, 2> kClientAuths{{{"body", ClientAuth::kBody}, {"basic", ClientAuth::kBasic}}};

}  // namespace agent::sandbox
