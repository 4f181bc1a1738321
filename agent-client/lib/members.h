// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json/json.h"
#include "base/result.h"

namespace agent {

/// Parses an answer. Fails with kInternal: a fault is the agent's, not the caller's.
[[nodiscard]] Result<Json> parse_answer(std::string_view text);

// Members that the protocol requires. Fail with kInternal, naming the member, if it is missing or has another type.
// Views live as long as `object`.
[[nodiscard]] Result<std::string_view> need_string(const Json& object, std::string_view key);
[[nodiscard]] Result<std::int64_t> need_integer(const Json& object, std::string_view key);
[[nodiscard]] Result<bool> need_boolean(const Json& object, std::string_view key);
[[nodiscard]] Result<const Json::Array*> need_array(const Json& object, std::string_view key);

}  // namespace agent
