// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/grant_app.h"
#include "protocol/names.h"

namespace agent {

const App* app_for(const AppRegistry& apps, const AccountRecord& record) {
    return apps.find(record.app, record.origin);
}

bool has_other_app(const AppRegistry& apps, const AccountRecord& record) {
    return app_for(apps, record) == nullptr && apps.find(record.app) != nullptr;
}

Error no_app_for(const AppRegistry& apps, const AccountRecord& record) {
    const std::string account = "account " + record.name + ": its ";
    if (has_other_app(apps, record))
        return {.code = Error::Code::kLoginRequired,
                .message = account + "grant came from another client id, region or endpoint than app " + record.app +
                           " has now; put them back, or log in again with: clioctl login " + as_operand(record.name)};
    return {.code = Error::Code::kNotFound,
            .message = account + "app " + record.app + " is not registered; add it with: clioctl app add " +
                       as_operand(record.app)};
}

std::vector<std::string> accounts_with_grants_of_others(const AccountMap& accounts, std::string_view app,
                                                        std::string_view origin) {
    std::vector<std::string> names;
    for (const auto& [name, account] : accounts) {
        const AccountRecord& record = account.record;
        const bool dead = record.life.state == State::kLoginRequired && record.life.grant_dead;
        if (record.app == app && !record.origin.empty() && record.origin != origin && !dead) names.push_back(name);
    }
    return names;
}

}  // namespace agent
