// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"
#include "state.h"

namespace agent::sandbox {

/// POST /oauth/deauthorize, how a Manage grant is ended: the access token as bearer and again in the form. Here it ends
/// the refresh token too; of Clio that is not known.
[[nodiscard]] Reply deauthorize_endpoint(const Context& context, const Request& request);

/// POST /oauth/revoke, how a Platform grant is ended (RFC 7009): HTTP Basic with the client's id and secret, and any
/// token of the grant.
[[nodiscard]] Reply revoke_endpoint(const Context& context, const Request& request);

}  // namespace agent::sandbox
