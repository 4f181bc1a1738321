// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "ports/http_client.h"

namespace agent {

/// Classifies a libcurl result other than CURLE_OK. `sent` is true if any of the request may have left this machine.
[[nodiscard]] HttpFailure::Kind failure_kind(CURLcode result, bool sent) noexcept;

}  // namespace agent
