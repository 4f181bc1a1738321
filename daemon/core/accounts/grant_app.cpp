// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/grant_app.h"

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
                           " has now; put them back, or log in again with: clioctl login " + record.name};
    return {
        .code = Error::Code::kNotFound,
        .message = account + "app " + record.app + " is not registered; add it with: clioctl app add " + record.app};
}

}  // namespace agent
