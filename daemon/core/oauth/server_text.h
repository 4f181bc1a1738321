// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace agent {

/// Text from the network made fit for a message to a person: at most 200 characters, control characters and broken
/// UTF-8 replaced by '?'.
[[nodiscard]] std::string quoted_server_text(std::string_view text);

}  // namespace agent
