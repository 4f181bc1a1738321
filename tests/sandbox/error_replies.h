// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string_view>

#include "client.h"
#include "message.h"

namespace agent::sandbox {

// Clio's error answers, in the shapes that were seen.

/// An error of the authorization server (RFC 6749 section 5.2); an empty description leaves the member out.
[[nodiscard]] Reply oauth_error(int status, std::string_view error, std::string_view description);
[[nodiscard]] Reply invalid_request(std::string_view description);
[[nodiscard]] Reply invalid_grant();
[[nodiscard]] Reply invalid_client();

/// An error of the API: {"error": {"type", "message"}}.
[[nodiscard]] Reply api_error(int status, std::string_view type, std::string_view message);
/// No Authorization header, or a malformed one.
[[nodiscard]] Reply unauthorized();
/// A bearer that is expired, revoked or unknown: here "error" is a string.
[[nodiscard]] Reply invalid_token();
[[nodiscard]] Reply forbidden();
[[nodiscard]] Reply too_many_requests(Product product, std::chrono::seconds retry_after);

/// A page of a server in front of Clio.
[[nodiscard]] Reply html_error(int status, std::string_view title);

}  // namespace agent::sandbox
