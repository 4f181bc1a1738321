// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/config.h"
#include "base/result.h"
#include "base/sealing.h"
#include "core/account_book.h"
#include "core/app_registry.h"
#include "core/events.h"
#include "core/login_desk.h"
#include "io/api/api.h"
#include "ports/redirect_listener.h"
#include "ports/world.h"

namespace agent {

/// What there is only while the store is open: all that needs the data key. Destroying it forgets the key and whatever
/// was opened with it; before that, wind_down() lets what is under way end.
class Unlocked {
  public:
    Unlocked(World world, Events& events, RedirectListener& redirects, Sealer sealer, Config config);

    /// Takes in what is stored, and begins to refresh. Fails when the store cannot be read.
    [[nodiscard]] Result<void> restore();

    [[nodiscard]] ApiParts parts() noexcept { return {.accounts = accounts_, .logins = logins_, .apps = apps_}; }
    [[nodiscard]] AccountBook& accounts() noexcept { return accounts_; }

  private:
    TokenStore& store_;
    Sealer sealer_;
    AppRegistry apps_;
    AccountBook accounts_;
    LoginDesk logins_;
};

}  // namespace agent
