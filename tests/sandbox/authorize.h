// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"
#include "state.h"

namespace agent::sandbox {

/// GET /oauth/authorize (RFC 6749 section 4.1.1): the consent page, or with --auto-approve the redirect at once.
[[nodiscard]] Reply authorize_endpoint(const Context& context, const Request& request);
/// POST /oauth/authorize: what the person decided on the consent page.
[[nodiscard]] Reply consent_endpoint(const Context& context, const Request& request);
/// GET /oauth/approval?code=…: the code, to be copied by hand.
[[nodiscard]] Reply approval_endpoint(const Context& context, const Request& request);

}  // namespace agent::sandbox
