// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"
#include "state.h"

namespace agent::sandbox {

/// POST /oauth/token (RFC 6749 section 3.2).
[[nodiscard]] Reply token_endpoint(const Context& context, const Request& request);

/// What the stats keep of a token request, known before it is acted on.
[[nodiscard]] TokenRequest describe_token_request(const Context& context, const Request& request);

}  // namespace agent::sandbox
