// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/json/json.h"
#include "cli/display/table.h"
#include "lib/failure.h"

namespace agent {

// Views of the key slots: a heading and a row for each.

/// All slots (schema "key_slot"). `now` is in seconds since 1970.
[[nodiscard]] Reply<std::vector<Row>> key_slots_table(const Json::Array& slots, std::int64_t now);

/// The result of a test (answer of /v1/keys/test).
[[nodiscard]] Reply<std::vector<Row>> key_test_table(const Json::Array& slots);

/// Whether a slot that was tried does not open.
[[nodiscard]] bool any_fails(const Json::Array& slots);

}  // namespace agent
