// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include "base/result.h"
#include "core/accounts/accounts.h"
#include "ports/http_client.h"

namespace agent {

/// The user in an answer to who_am_i_request(), `{"data":{"id":…,"name":…,"email":…}}`. An answer that does not say is
/// about nobody: kForbidden when the server refuses to say, as a 403 means that the token is good but has no permission
/// to ask; kTemporarilyUnavailable for anything else, from which another question may help.
[[nodiscard]] Result<ClioUser> read_who_am_i(const tl::expected<HttpResponse, HttpFailure>& outcome);

}  // namespace agent
