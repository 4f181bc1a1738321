// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/who_am_i.h"

#include "base/json/json.h"

namespace agent {

std::optional<ClioUser> read_who_am_i(const tl::expected<HttpResponse, HttpFailure>& outcome) {
    if (!outcome || outcome->status != 200) return std::nullopt;
    const auto json = Json::parse(outcome->body.reveal());
    const Json* data = json ? json->find("data") : nullptr;
    const auto id = data == nullptr ? std::nullopt : data->find_integer("id");
    if (!id || *id <= 0) return std::nullopt;
    return ClioUser{.id = *id,
                    .name = std::string(data->find_string("name").value_or("")),
                    .email = std::string(data->find_string("email").value_or(""))};
}

}  // namespace agent
