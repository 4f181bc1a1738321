// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/json/json.h"
#include "cli/display/table.h"
#include "lib/failure.h"

namespace agent {

// Views of the registered apps (schema "app").

/// A heading and a row for each app.
[[nodiscard]] Reply<std::vector<Row>> apps_table(const Json::Array& apps);

/// One row for each fact.
[[nodiscard]] Reply<std::vector<Row>> app_details(const Json& app);

/// A row for each thing that was looked for (answer of /v1/apps/{app}/check).
[[nodiscard]] Reply<std::vector<Row>> app_checks_table(const Json::Array& checks);

}  // namespace agent
