// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json/json.h"
#include "base/result.h"

namespace agent {

/// The JSON of an answer. Fails with kInternal: it is the agent's fault, not the caller's.
[[nodiscard]] Result<Json> parse_answer(std::string_view text);

// Members that the protocol promises. Fail with kInternal, naming the member, when an answer lacks one or has it of
// another type. Views live as long as `object`.
[[nodiscard]] Result<std::string_view> need_string(const Json& object, std::string_view key);
[[nodiscard]] Result<std::int64_t> need_integer(const Json& object, std::string_view key);
[[nodiscard]] Result<bool> need_boolean(const Json& object, std::string_view key);
[[nodiscard]] Result<const Json::Array*> need_array(const Json& object, std::string_view key);

}  // namespace agent
