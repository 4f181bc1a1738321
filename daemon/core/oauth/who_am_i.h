// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include <tl/expected.hpp>

#include "core/accounts/accounts.h"
#include "ports/http_client.h"

namespace agent {

/// The user in an answer to who_am_i_request(), `{"data":{"id":…,"name":…,"email":…}}`. Empty if the answer does not
/// say: a 403 means that the token is good but has no permission to ask, an outage means nothing at all.
[[nodiscard]] std::optional<ClioUser> read_who_am_i(const tl::expected<HttpResponse, HttpFailure>& outcome);

}  // namespace agent
