// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/secret/secret.h"
#include "core/oauth/app.h"
#include "ports/entropy.h"

namespace agent {

/// What one attempt to log in knows and nobody else does; fresh for each attempt.
struct LoginSecrets {
    /// RFC 6749 section 10.12: ties the answer to the attempt. 256 random bits.
    SecretString state;
    /// RFC 7636 section 4.1; empty when the app uses no PKCE. 256 random bits.
    SecretString code_verifier;
};

[[nodiscard]] LoginSecrets make_login_secrets(const App& app, Entropy& entropy);

/// RFC 7636 section 4.2, method S256.
[[nodiscard]] std::string code_challenge(std::string_view code_verifier);

/// The URL that a person opens (RFC 6749 section 4.1.1). For Clio Manage with redirect_on_decline=true: without it Clio
/// shows its own page when the person declines, and the attempt would never end.
[[nodiscard]] std::string authorization_url(const App& app, std::string_view redirect_uri, const LoginSecrets& secrets);

/// What an authorization response says (RFC 6749 sections 4.1.2 and 4.1.2.1).
struct AuthorizationResponse {
    SecretString state;
    SecretString code;  // empty with an error
    std::string error;  // empty with a code
    std::string error_description;
};

/// Reads the query of a redirect. kBadRequest when it cannot be decoded. The texts of an error have neither state nor
/// code in them.
[[nodiscard]] Result<AuthorizationResponse> read_authorization_response(std::string_view query);

/// Reads what a person copied: a URL with a query, the query or a part of it alone, or the bare code that Clio's
/// approval page shows (no state then); in quotes, with blanks and line ends around it, or percent-encoded as a whole.
[[nodiscard]] Result<AuthorizationResponse> read_pasted_response(std::string_view pasted);

}  // namespace agent
