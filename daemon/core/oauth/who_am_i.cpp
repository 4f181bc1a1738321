// SPDX-License-Identifier: Apache-2.0
#include "core/oauth/who_am_i.h"

#include "base/json/json.h"

namespace agent {

namespace {

/// Manage has one name, Platform two, either of which may be missing.
std::string name_in(const Json& data) {
    if (const auto name = data.find_string("name")) return std::string(*name);
    std::string name(data.find_string("first_name").value_or(""));
    const auto last = data.find_string("last_name").value_or("");
    if (!name.empty() && !last.empty()) name += " ";
    return name.append(last);
}

}  // namespace

std::optional<ClioUser> read_who_am_i(const tl::expected<HttpResponse, HttpFailure>& outcome) {
    if (!outcome || outcome->status != 200) return std::nullopt;
    const auto json = Json::parse(outcome->body.reveal());
    const Json* data = json ? json->find("data") : nullptr;
    const auto id = data == nullptr ? std::nullopt : data->find_integer("id");
    if (!id || *id <= 0) return std::nullopt;
    return clio_user(*id, name_in(*data), data->find_string("email").value_or(""));
}

}  // namespace agent
