// SPDX-License-Identifier: Apache-2.0
#include "settings.h"

#include <algorithm>

#include "base/text/url.h"

namespace agent::sandbox {

const Client* Settings::find_client(std::string_view id) const {
    const auto found = std::find_if(clients.begin(), clients.end(), [&](const Client& c) { return c.id == id; });
    return found == clients.end() ? nullptr : &*found;
}

const User* Settings::find_user(std::int64_t id) const {
    const auto found = std::find_if(users.begin(), users.end(), [&](const User& u) { return u.id == id; });
    return found == users.end() ? nullptr : &*found;
}

bool Settings::may_redirect(const Client& client, std::string_view redirect_uri) const {
    if (redirect_uri == approval_url()) return true;
    const auto& registered = client.redirect_uris;
    if (std::find(registered.begin(), registered.end(), redirect_uri) != registered.end()) return true;
    if (!any_loopback_redirect) return false;
    const auto url = Url::parse(redirect_uri);
    return url && url->scheme == "http" && url->is_loopback();
}

}  // namespace agent::sandbox
