// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"
#include "state.h"

namespace agent::sandbox {

/// GET /api/v4/users/who_am_i[.json]: whose token it is.
[[nodiscard]] Reply who_am_i_endpoint(const Context& context, const Request& request);

/// GET /grow/users/who_am_i: the same of Platform, all of it.
[[nodiscard]] Reply platform_who_am_i_endpoint(const Context& context, const Request& request);

/// GET /api/v4/{collection}[.json] for Manage, GET /grow/{collection} for Platform: a list, in pages.
[[nodiscard]] Reply collection_endpoint(const Context& context, const Request& request);

}  // namespace agent::sandbox
