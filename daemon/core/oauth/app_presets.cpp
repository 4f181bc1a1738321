// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/app_presets.h"

namespace agent {

namespace {

/// Clio's regions are prefixes of its host names; the first one, the United States, has none.
std::string host_prefix(Region region) {
    return region == Region::kUs ? "" : std::string(to_string(region)) + ".";
}

/// Manage tells the name and e-mail only if one asks for the fields. Platform tells all, with the scope grow_user_read.
std::string who_am_i_url(Product product, std::string_view api_base) {
    while (api_base.ends_with('/')) api_base.remove_suffix(1);
    return std::string(api_base) +
           (product == Product::kManage ? "/users/who_am_i.json?fields=id,name,email" : "/users/who_am_i");
}

}  // namespace

Endpoints clio_endpoints(Product product, Region region) {
    const std::string prefix = host_prefix(region);
    Endpoints endpoints;
    if (product == Product::kManage) {
        const std::string host = "https://" + prefix + "app.clio.com";
        endpoints.authorization = host + "/oauth/authorize";
        endpoints.token = host + "/oauth/token";
        endpoints.deauthorize = host + "/oauth/deauthorize";
        endpoints.api_base = host + "/api/v4";
    } else {
        const std::string host = "https://" + prefix + "auth.api.clio.com";
        endpoints.authorization = host + "/oauth/authorize";
        endpoints.token = host + "/oauth/token";
        endpoints.deauthorize = host + "/oauth/revoke";
        endpoints.api_base = "https://" + prefix + "api.clio.com/grow";
    }
    endpoints.who_am_i = who_am_i_url(product, endpoints.api_base);
    return endpoints;
}

bool has_clio_endpoints(const App& app) {
    return app.endpoints == clio_endpoints(app.product, app.region);
}

Endpoints complete_endpoints(Product product, Region region, const EndpointOverrides& overrides) {
    const Endpoints clio = clio_endpoints(product, region);
    Endpoints endpoints;
    endpoints.authorization = overrides.authorization.value_or(clio.authorization);
    endpoints.token = overrides.token.value_or(clio.token);
    endpoints.api_base = overrides.api_base.value_or(clio.api_base);

    const bool clio_tokens = endpoints.token == clio.token;
    endpoints.deauthorize = overrides.deauthorize.value_or(clio_tokens ? clio.deauthorize : "");
    const bool api_takes_tokens = clio_tokens || endpoints.api_base != clio.api_base;
    endpoints.who_am_i = overrides.who_am_i.value_or(api_takes_tokens ? who_am_i_url(product, endpoints.api_base) : "");
    return endpoints;
}

}  // namespace agent
