// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "core/oauth/app.h"

namespace agent {

/// Endpoints that were named instead of Clio's own, one by one. An empty one means that there is none.
struct EndpointOverrides {
    std::optional<std::string> authorization;
    std::optional<std::string> token;
    std::optional<std::string> deauthorize;
    std::optional<std::string> api_base;
    std::optional<std::string> who_am_i;
};

/// Clio's own endpoints for one product in one region.
[[nodiscard]] Endpoints clio_endpoints(Product product, Region region);

[[nodiscard]] bool has_clio_endpoints(const App& app);

/// Clio's own endpoints with some of them replaced. A token that another server issued is never sent to Clio: with a
/// token endpoint that is not Clio's, `deauthorize` is empty unless named, and so is `who_am_i` unless the API base is
/// named, which it follows.
[[nodiscard]] Endpoints complete_endpoints(Product product, Region region, const EndpointOverrides& overrides);

}  // namespace agent
