// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "base/secret/secret.h"
#include "base/time.h"
#include "core/accounts/account_life.h"
#include "ports/http_client.h"

namespace agent {

/// A successful answer of a token endpoint (RFC 6749 section 5.1).
struct TokenAnswer {
    SecretString access_token;
    /// Nothing when the server sent none: the old one then stays good (RFC 6749 section 6; Clio Manage).
    std::optional<SecretString> refresh_token;
    Duration expires_in{0};
};

/// Any other outcome of a token request, as data.
struct TokenFailure {
    /// kTransient, kAnswerLost, kAppRefused or kGrantDead.
    Happening kind = Happening::kTransient;
    /// The `error` of a parsed JSON error answer; empty for anything else.
    std::string error;
    /// "HTTP 400 invalid_grant: …": what came, for a person. Quotes at most 200 characters of the server's
    /// description, and never a body.
    std::string message;
    std::optional<Duration> retry_after;
};

/// Reads what came of a token request. Only a parsed JSON error object (RFC 6749 section 5.2) with a 4xx status
/// condemns a grant or an app; whatever else goes wrong between here and the server does not.
[[nodiscard]] tl::expected<TokenAnswer, TokenFailure> read_token_response(
    const tl::expected<HttpResponse, HttpFailure>& outcome);

}  // namespace agent
