// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace agent {

/// Account and app names: [A-Za-z0-9._@-]{1,64}.
[[nodiscard]] bool is_valid_name(std::string_view name) noexcept;

}  // namespace agent
