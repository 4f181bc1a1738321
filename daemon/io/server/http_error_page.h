// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// evhttp itself answers a request that it cannot parse, with an HTML page. Given the first bytes of that page, returns
/// the problem+json answer to send instead; nullopt if evhttp only wrote "100 Continue".
[[nodiscard]] std::optional<std::string> answer_instead_of(std::string_view written);

}  // namespace agent
