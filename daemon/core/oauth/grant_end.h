// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include "base/result.h"
#include "ports/http_client.h"

namespace agent {

/// What an answer to deauthorize_request() says.
enum class GrantEnd {
    kEnded,
    /// The server does not know the token in the request (any more). With a refresh token nothing is left to end; an
    /// access token may have expired while its grant lives.
    kTokenNotGood,
};

/// Fails with kTemporarilyUnavailable for any other answer, and for none.
[[nodiscard]] Result<GrantEnd> read_deauthorize_response(const tl::expected<HttpResponse, HttpFailure>& outcome);

}  // namespace agent
