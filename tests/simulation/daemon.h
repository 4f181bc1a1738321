// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "core/backup/store_backups.h"
#include "core/login/login_desk.h"
#include "core/store/revised_store.h"
#include "ports/world.h"
#include "simulation/trace.h"

namespace agent::sim {

/// One life of the daemon: the real core, rebuilt from what is durable. Destroying it is the crash.
class Daemon {
  public:
    Daemon(World world, const Sealer& sealer, RedirectListener& listener, AccountBook::Options options,
           const Trace& trace);

    [[nodiscard]] RevisedStore& revised() { return store_; }
    [[nodiscard]] AppRegistry& apps() { return apps_; }
    [[nodiscard]] AccountBook& accounts() { return book_; }
    [[nodiscard]] LoginDesk& logins() { return desk_; }
    [[nodiscard]] Backups& backups() { return backups_; }

    /// These do as those of Unlocked.
    void stop_refreshes() { book_.stop_refreshes(); }
    void wind_down(std::function<void()> wound_down);
    void resume();
    [[nodiscard]] bool has_unsaved_tokens() const { return book_.has_unsaved_tokens() || desk_.has_unsaved_tokens(); }
    [[nodiscard]] bool has_tokens_at_stake() const {
        return book_.has_tokens_at_stake() || desk_.has_grants_at_stake();
    }

  private:
    Events events_;
    RevisedStore store_;
    World world_;  // with that store
    AppRegistry apps_;
    AccountBook book_;
    LoginDesk desk_;
    StoreBackups backups_;
    Events::Subscription traced_;
};

}  // namespace agent::sim
