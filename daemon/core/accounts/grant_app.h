// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/accounts/account.h"
#include "core/apps/app_registry.h"

namespace agent {

// A grant is used with the app that it came from and no other: however an app was changed, its client secret and the
// tokens of its accounts never go to another server together.

/// Null when the account's app is not registered, or has another origin than the grant. Valid until the apps change.
[[nodiscard]] const App* app_for(const AppRegistry& apps, const AccountRecord& record);
/// Whether the account's app is registered and has another origin than the grant.
[[nodiscard]] bool has_other_app(const AppRegistry& apps, const AccountRecord& record);
/// Why app_for() is null: kLoginRequired for another origin, else kNotFound.
[[nodiscard]] Error no_app_for(const AppRegistry& apps, const AccountRecord& record);
/// The accounts of `app` whose grants may live and came from another origin than `origin`.
[[nodiscard]] std::vector<std::string> accounts_with_grants_of_others(const AccountMap& accounts, std::string_view app,
                                                                      std::string_view origin);

}  // namespace agent
