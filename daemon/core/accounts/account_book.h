// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "core/accounts/account.h"
#include "core/accounts/account_answers.h"
#include "core/accounts/accounts.h"
#include "core/accounts/changes/login.h"
#include "core/accounts/changes/removal.h"
#include "core/accounts/changes/reseal.h"
#include "core/accounts/changes/reservation.h"
#include "core/accounts/changes/restore.h"
#include "core/accounts/changes/set_aside.h"
#include "core/accounts/winding_down.h"
#include "core/apps/app_registry.h"
#include "core/events.h"
#include "core/refresh/pacer.h"
#include "core/refresh/refresher.h"
#include "core/refresh/reports.h"
#include "core/refresh/schedule.h"
#include "core/store/watched_store.h"
#include "ports/world.h"

namespace agent {

/// All accounts, their schedule, and those who wait for them.
///
/// What the constructor is given by reference, and all that `world` refers to, outlives the book. Callers are
/// answered from the loop. Destroying the book answers nobody: it gives up requests to the authorization server, and
/// lets commits that were started reach the disk.
class AccountBook : public Accounts {
  public:
    struct Options {
        double at_fraction = 0.8;
        Pacer::Limits pace;
    };

    AccountBook(World world, const Sealer& sealer, AppRegistry& apps, Events& events, Options options);
    AccountBook(const AccountBook&) = delete;
    AccountBook& operator=(const AccountBook&) = delete;

    /// Adds an account from its stored row. If the row cannot be opened, the account is kept by name and asks for a
    /// login.
    void load(const StoredRow& row);
    /// Begins to refresh on its own. Called once, after everything was loaded.
    void start();

    /// Begins no more refreshes: one that is wanted is put off until resume(), and those who wait for it are answered.
    void stop_refreshes();
    /// As stop_refreshes(), lets those under way end, then calls `wound_down`, never before this returns; it may
    /// destroy the book. Nobody may ask for a token or begin a change from here on. Tokens that the disk refuses are
    /// saved again meanwhile, as long as it takes.
    void wind_down(std::function<void()> wound_down);
    /// Goes on instead, as after start().
    void resume();
    /// Whether there are received tokens that the disk has refused so far.
    [[nodiscard]] bool has_unsaved_tokens() const { return winding_down_.has_unsaved_tokens(); }
    /// Whether the book could not end right now without the risk of losing a grant: a single-use refresh token is
    /// spent, and its successor is not durable yet.
    [[nodiscard]] bool has_tokens_at_stake() const { return winding_down_.has_tokens_at_stake(); }

    /// For the requests that begin, and the token sets that come, from now on.
    void reconfigure(const Options& options);

    /// Keeps a login's token set as the next generation, durably, whatever the account's state. Waits for a change or a
    /// refresh of it that is under way. kConflict while its stored record is damaged, when it is or may be another Clio
    /// user's, or when the grant's app has been removed or changed. Never calls `done` before it returns; the change
    /// goes on when the wait is given up.
    [[nodiscard]] std::unique_ptr<Waiting> adopt(Grant grant, Done done);

    /// Sets the account aside, durably: it is not refreshed until somebody revives it or logs in. `reason` tells that
    /// person what to do. `moved_to` is the backup that it was moved away with, if any. Waits for a refresh under way.
    /// An account that needs a login anyway stays as it is. Fails as reseal(), except for damage.
    [[nodiscard]] std::unique_ptr<Waiting> set_aside(const std::string& account, std::string reason,
                                                     std::string moved_to, Done done);

    /// The names of accounts after `after`, in order, `most` of them at most.
    [[nodiscard]] std::vector<std::string> names_after(std::string_view after, std::size_t most) const;
    /// The newest record of an account, sealed with another key; without its previous token set. kInternal for a
    /// damaged account, kNotFound for an unknown one.
    [[nodiscard]] Result<StoredRow> copy(std::string_view account, const Sealer& with) const;
    /// The backup that the account was moved away with; empty when it was not, or when there is no such account.
    [[nodiscard]] std::string moved_to(std::string_view account) const;
    /// Keeps an account as a backup has it, durably, unless the one that is here is better: see why_kept() in
    /// core/accounts/restored_account.h. Seals `tokens` in place of those in `record`. Fails with kConflict and the
    /// reason when the account that is here stays. Never calls `done` before it returns; the change goes on when the
    /// wait is given up.
    [[nodiscard]] std::unique_ptr<Waiting> restore_from_backup(AccountRecord record, TokenSet tokens, Done done);

    /// Seals the record of an account and the tokens in it with the sealer's present key, in memory and durably. Waits
    /// for a refresh under way. Fails with kNotFound for an unknown account, kInternal for a damaged one, kConflict and
    /// kTemporarilyUnavailable when the caller should try again. Never calls `done` before it returns.
    [[nodiscard]] std::unique_ptr<Waiting> reseal(const std::string& account, Done done);

    [[nodiscard]] Pacer& pacer() noexcept { return pacer_; }

    [[nodiscard]] Result<std::string> only_account() const override;
    [[nodiscard]] std::vector<AccountFacts> list() const override;
    [[nodiscard]] Result<AccountFacts> facts(std::string_view account) const override;
    [[nodiscard]] AgentStatus status() const override;
    [[nodiscard]] std::optional<Result<IssuedToken>> token_now(std::string_view account, Duration min_ttl) override;
    [[nodiscard]] std::unique_ptr<Waiting> await_token(std::string_view account, Duration min_ttl, Duration patience,
                                                       TokenDone done) override;
    [[nodiscard]] std::unique_ptr<Waiting> refresh(std::string_view account, Duration patience,
                                                   FactsDone done) override;
    [[nodiscard]] std::unique_ptr<Waiting> revive(std::string_view account, Duration patience, FactsDone done) override;
    [[nodiscard]] Result<ReportOutcome> report(std::string_view account, std::uint64_t generation, int status,
                                               std::uint32_t user) override;
    [[nodiscard]] std::unique_ptr<Waiting> remove(std::string_view account, bool revoke, Duration patience,
                                                  Done done) override;

  private:
    [[nodiscard]] Account* find(std::string_view name) { return find_account(accounts_, name); }
    [[nodiscard]] const Account* find(std::string_view name) const { return find_account(accounts_, name); }

    void try_token(Account& account, AccountWait& wait, bool at_last, Duration min_ttl, const TokenDone& done);
    [[nodiscard]] Duration useful_patience(const Account& account, Duration patience) const;
    [[nodiscard]] std::unique_ptr<Waiting> await_generation(Account& account, Duration patience, FactsDone done);
    [[nodiscard]] std::unique_ptr<Waiting> refuse_refresh(Error why, FactsDone done);

    void settled(Account& account);
    void stored(const Result<void>& result);
    void tell_trouble(Account& account);
    void retry_now(Account& account);
    [[nodiscard]] std::optional<WallTime> when_it_hurries(const Life& life) const;
    void reschedule(Account& account);
    void reschedule_all();
    void queue_refresh(Account& account);
    void app_changed(const std::string& app);
    void forget(const std::string& name);

    WatchedStore watched_store_;
    World world_;  // with that store
    const Sealer& sealer_;
    AppRegistry& apps_;
    Events& events_;
    Pacer pacer_;
    AccountMap accounts_;
    Schedule schedule_;
    Refresher refresher_;
    AccountAnswers answers_;
    Reports reports_;
    Reservations reservations_;
    AccountLogin login_;
    AccountSetAside set_aside_;
    AccountRemoval removal_;
    AccountReseal reseal_;
    AccountRestore restore_;
    WindingDown winding_down_;
    std::unique_ptr<Timer> clock_watch_;
    std::string store_error_;
};

}  // namespace agent
