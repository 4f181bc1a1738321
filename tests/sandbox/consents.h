// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace agent::sandbox {

/// An authorization request that has been found to be in order (RFC 6749 section 4.1.1).
struct AuthorizationRequest {
    std::string client_id;
    std::string redirect_uri;
    std::string state;
    std::string scope;
    std::string code_challenge;
    bool redirect_on_decline = false;
};

/// The consent pages that are open. Each form carries an id that cannot be guessed and works once: no other page can
/// consent in a person's name.
class Consents {
  public:
    void open(std::string id, AuthorizationRequest request, WallTime now);
    /// Nullopt for an id that was never issued, was used, or is older than 10 minutes.
    [[nodiscard]] std::optional<AuthorizationRequest> take(std::string_view id, WallTime now);

  private:
    struct Open {
        std::string id;
        AuthorizationRequest request;
        WallTime expires_at;
    };
    std::deque<Open> open_;
};

}  // namespace agent::sandbox
