// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/json/json.h"
#include "cli/display/table.h"
#include "lib/failure.h"

namespace agent {

// Views of the agent's accounts (schema "account"). `now` is in seconds since 1970.

/// A heading and a row for each account. The column for reasons, in plain words, appears only if there are any.
[[nodiscard]] Reply<std::vector<Row>> accounts_table(const std::vector<const Json*>& accounts, std::int64_t now);

/// One row for each fact.
[[nodiscard]] Reply<std::vector<Row>> account_details(const Json& account, std::int64_t now);

/// "Jane Doe <jane@example.com>", or empty if Clio did not say.
[[nodiscard]] std::string user_text(const Json& account);

/// Seconds since 1970, now.
[[nodiscard]] std::int64_t unix_now();

}  // namespace agent
