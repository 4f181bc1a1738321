// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include "ports/http_client.h"

namespace agent {

/// What kind of failure a libcurl result other than CURLE_OK is, for a request of which nothing (`sent` false) or
/// something may have left this machine.
[[nodiscard]] HttpFailure::Kind failure_kind(CURLcode result, bool sent) noexcept;

}  // namespace agent
