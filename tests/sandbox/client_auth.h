// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/text/encoding.h"
#include "message.h"
#include "settings.h"

namespace agent::sandbox {

/// Finds out which client speaks (RFC 6749 section 2.3.1). Null unless it used the one way it is registered for, with
/// the right secret; credentials in both places are refused.
[[nodiscard]] const Client* authenticate(const Settings& settings, const Request& request, const FormParameters& form);

/// The same where the way is fixed.
[[nodiscard]] const Client* authenticate_basic(const Settings& settings, const Request& request);

/// What follows "Bearer " in the Authorization header, or nullopt if there is no such header or it is malformed (RFC
/// 6750 section 2.1). Lives as long as the request.
[[nodiscard]] std::optional<std::string_view> bearer_of(const Request& request);

}  // namespace agent::sandbox
