// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/json/json.h"
#include "cli/display/table.h"
#include "lib/failure.h"

namespace agent {

// What people see of the key slots. A heading and a row for each.

/// The slots that there are (schema "key_slot"). `now` is in seconds since 1970.
[[nodiscard]] Reply<std::vector<Row>> key_slots_table(const Json::Array& slots, std::int64_t now);

/// What a test of them has found (answer of /v1/keys/test).
[[nodiscard]] Reply<std::vector<Row>> key_test_table(const Json::Array& slots);

/// One that was tried does not open.
[[nodiscard]] bool any_fails(const Json::Array& slots);

}  // namespace agent
