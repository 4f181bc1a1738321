// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "app/config.h"
#include "base/crypto/sealing.h"
#include "base/result.h"
#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "core/backup/store_backups.h"
#include "core/events.h"
#include "core/keys/key_store.h"
#include "core/keys/resealing.h"
#include "core/login/login_desk.h"
#include "core/store/revised_store.h"
#include "core/store/rollback.h"
#include "io/api/api.h"
#include "ports/redirect_listener.h"
#include "ports/store_witness.h"
#include "ports/world.h"

namespace agent {

/// What there is only while the store is open: all that needs the data key. Destroying it forgets the key and whatever
/// was opened with it; before that, wind_down() lets what is under way end.
class Unlocked {
  public:
    /// `witness` and `key_store` are of the store in `world`, which is seen here only through a RevisedStore. All that
    /// is passed by reference outlives this.
    Unlocked(const World& world, StoreWitness& witness, KeyStore& key_store, Events& events,
             RedirectListener& redirects, DataKeys keys, Config config);

    /// Takes in what is stored, and begins to refresh; goes on with a rotation of the data key that was begun. Fails
    /// when the store cannot be read; and when it was put back from an older copy and takes no changes.
    [[nodiscard]] Result<void> load();
    /// Seals with `next` from now on, and re-encrypts everything in the background. It is already in every slot.
    void rotate(SealingKey next);
    [[nodiscard]] std::optional<ResealingProgress> resealing() const {
        return resealing_ ? std::optional(resealing_->progress()) : std::nullopt;
    }
    /// Has the store's revision tell that key slots came or went.
    void key_slots_changed();
    /// Like those of AccountBook.
    void stop_refreshes() { accounts_.stop_refreshes(); }
    void wind_down(std::function<void()> wound_down);
    void resume();
    [[nodiscard]] bool has_unsaved_tokens() const {
        return accounts_.has_unsaved_tokens() || logins_.has_unsaved_tokens();
    }
    [[nodiscard]] bool has_tokens_at_stake() const {
        return accounts_.has_tokens_at_stake() || logins_.has_grants_at_stake();
    }

    /// Whether reconfigure() leaves no grant without its app; see AppRegistry::may_reconfigure().
    [[nodiscard]] Result<void> may_reconfigure(const Config& config) const {
        return apps_.may_reconfigure(config.apps);
    }
    /// Applies the apps and the refresh settings of a new configuration.
    void reconfigure(Config config);

    [[nodiscard]] ApiParts parts() noexcept {
        return {.accounts = accounts_, .logins = logins_, .apps = apps_, .backups = backups_};
    }
    [[nodiscard]] const AccountBook& accounts() const noexcept { return accounts_; }
    [[nodiscard]] const SealingKey& data_key() const noexcept { return sealer_.key(); }

  private:
    void load_app(const StoredRow& row);
    [[nodiscard]] Result<void> repair(Rollback& rollback);
    void announce(const std::vector<StoreChange>& put_back);
    void reseal();
    /// Logs what happens. Null if there is no memory for the key.
    [[nodiscard]] std::unique_ptr<StoreCommit> forget_previous_key(TokenStore::Done done);

    Timers& timers_;
    StoreWitness& witness_;
    KeyStore& key_store_;
    Sealer sealer_;
    RevisedStore store_;
    World world_;  // with that store
    Events& events_;
    AppRegistry apps_;
    AccountBook accounts_;
    LoginDesk logins_;
    StoreBackups backups_;
    std::unique_ptr<Resealing> resealing_;
    std::unique_ptr<Timer> announcing_;
};

}  // namespace agent
