// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/oauth/app.h"
#include "ports/http_client.h"

namespace agent {

/// The requests that the agent makes of an authorization server. `client_secret` is that of the app, opened for this.

/// RFC 6749 section 6.
[[nodiscard]] HttpRequest refresh_request(const App& app, const SecretString& client_secret,
                                          std::string_view refresh_token);

/// RFC 6749 section 4.1.3; `code_verifier` empty without PKCE (RFC 7636 section 4.5).
[[nodiscard]] HttpRequest code_request(const App& app, const SecretString& client_secret, std::string_view redirect_uri,
                                       std::string_view code, std::string_view code_verifier);

/// Ends a grant. Clio Manage: POST with the access token as bearer and in the form. Clio Platform: POST with the
/// client's credentials by HTTP Basic and the refresh token in the form (RFC 7009 section 2.1).
[[nodiscard]] HttpRequest deauthorize_request(const App& app, const SecretString& client_secret,
                                              std::string_view access_token, std::string_view refresh_token);

/// Asks the API whose token it is.
[[nodiscard]] HttpRequest who_am_i_request(const App& app, std::string_view access_token);

/// Whether a parameter of a form may be seen by anybody.
[[nodiscard]] bool is_public_parameter(std::string_view name) noexcept;
/// What in a request nobody may see, and the secret of its client. Shared by the copies of a callback.
using SentSecrets = std::shared_ptr<const std::vector<SecretString>>;
[[nodiscard]] SentSecrets secrets_in(const HttpRequest& request, const SecretString& client_secret = {});

}  // namespace agent
