// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/json.h"
#include "base/json/json_writer.h"
#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

enum class Product { kManage, kPlatform };
enum class Region { kUs, kEu, kCa, kAu };

/// What a successful refresh does to the refresh token that was used.
enum class Rotation {
    kReusable,   // it stays good (Clio Manage)
    kSingleUse,  // it is spent, and a new one comes with the answer (Clio Platform; RFC 9700 section 4.14.2)
};

/// Where the client's id and secret go in a token request (RFC 6749 section 2.3.1).
enum class ClientAuth { kBody, kBasic };

struct Endpoints {
    std::string authorization;
    std::string token;
    std::string deauthorize;  // empty: the grant can only be forgotten, not ended
    std::string api_base;
    std::string who_am_i;  // empty: nobody is asked whose grant it is

    bool operator==(const Endpoints&) const = default;
};

/// One registered OAuth client, complete: what the product and region imply is filled in.
struct App {
    std::string name;
    Product product = Product::kManage;
    Region region = Region::kUs;
    std::string client_id;
    SecretString client_secret;
    std::vector<std::string> redirect_uris;  // registered at Clio; a login takes the first whose port is free
    std::string scope;                       // empty: no scope parameter is sent
    Rotation rotation = Rotation::kReusable;
    ClientAuth client_auth = ClientAuth::kBody;
    bool pkce = false;
    bool custom_endpoints = false;
    Endpoints endpoints;

    [[nodiscard]] App clone() const;
};

/// How the refresh tokens of an app work. Those of an unknown app (null) may work only once, which is the careful
/// answer.
[[nodiscard]] inline Rotation rotation_of(const App* app) noexcept {
    return app == nullptr ? Rotation::kSingleUse : app->rotation;
}

/// What a grant of the app belongs to: its client id, and where its tokens may be sent. Apps of the same origin have
/// equal ones. Endpoints that are Clio's own count as such, whatever their URLs: should Clio move, its grants move too.
[[nodiscard]] std::string origin_of(const App& app);

/// Turns the value of "client_secret" into the secret: a reference to a credential or file in the configuration, the
/// secret itself in a request.
using ReadSecret = std::function<Result<SecretString>(const Json& value)>;

/// Reads an app from its JSON description (the same members in the configuration and in PUT /v1/apps/{app}). Fails with
/// kBadRequest, line and column for an unknown, missing or ill-typed member, a bad URL, or plain http to a host that is
/// not a loopback address.
[[nodiscard]] Result<App> app_from_json(std::string_view name, const Json& description, const ReadSecret& read_secret);

/// Writes the description that app_from_json reads, with the secret as a string when `with_secret`.
void write_app(JsonWriter& out, const App& app, bool with_secret);

[[nodiscard]] std::string_view to_string(Product product);
[[nodiscard]] std::string_view to_string(Region region);
[[nodiscard]] std::string_view to_string(Rotation rotation);
[[nodiscard]] std::string_view to_string(ClientAuth client_auth);

}  // namespace agent
