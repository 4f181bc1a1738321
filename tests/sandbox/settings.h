// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "client.h"
#include "faults.h"
#include "token_format.h"

namespace agent::sandbox {

/// How many API requests are let through; the product decides which of the two counts.
struct RateLimit {
    int manage_per_minute = 50;   // per access token
    int platform_per_second = 3;  // per application, over all its users
};

/// What does not change after the start.
struct Settings {
    std::vector<Client> clients;
    std::vector<User> users;
    std::vector<Fault> faults;  // those of the command line
    std::optional<RateLimit> rate_limit;
    TokenFormat token_format = TokenFormat::kPlain;
    bool auto_approve = false;
    bool any_loopback_redirect = false;
    bool require_pkce = false;
    bool reuse_kills_grant = true;
    std::string base_url;  // known once the port is

    /// Null when there is none.
    [[nodiscard]] const Client* find_client(std::string_view id) const;
    [[nodiscard]] const User* find_user(std::int64_t id) const;
    /// The page that shows the code to people whose program has no listener.
    [[nodiscard]] std::string approval_url() const { return base_url + "/oauth/approval"; }
    /// Registered URIs match exactly, port and trailing slash included; RFC 8252's "any port" only when asked for.
    [[nodiscard]] bool may_redirect(const Client& client, std::string_view redirect_uri) const;
};

}  // namespace agent::sandbox
