// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lib/token_call.h"

namespace agent {

/// What a person should know before they use the token. `now` is in seconds since 1970.
[[nodiscard]] std::vector<std::string> token_warnings(const GivenToken& token, std::int64_t now);

/// Tells them on standard error.
void warn_of_token(const GivenToken& token);

}  // namespace agent
