// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// evhttp answers a request that it cannot read by itself, with a page of HTML. Given the first bytes of what it wrote,
/// this is the whole answer in problem+json to be sent in its place; nothing when it only wrote "100 Continue".
[[nodiscard]] std::optional<std::string> answer_instead_of(std::string_view written);

}  // namespace agent
