// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/accounts/account_record.h"
#include "core/accounts/account_state.h"
#include "core/events.h"
#include "core/refresh/pacer.h"
#include "core/refresh/refusals.h"
#include "ports/http_client.h"
#include "ports/timers.h"
#include "ports/token_store.h"

namespace agent {

class AccountWait;

/// A refresh that waits for its turn or is under way. Exists only as long as that.
struct RefreshAttempt {
    std::unique_ptr<Pacer::Ticket> ticket;
    Pacer::Turn turn;
    std::unique_ptr<Timer> until_request;
    std::unique_ptr<HttpCall> call;
    Rotation rotation = Rotation::kSingleUse;  // of the app that it is for
    BootTime sent_at;                          // when the request was sent
    std::unique_ptr<StoreCommit> commit;
    /// The record with the token set that was received, until it is durable.
    std::optional<AccountRecord> received;
    /// How often another program was found to have written the record meanwhile.
    int conflicts = 0;
};

/// Of which generation a refresh was put off, and whether a person has asked to revive that one's grant.
struct PutOff {
    std::uint64_t generation = 0;
    bool revives = false;
    bool operator==(const PutOff&) const = default;
};

/// One account as the agent holds it. Many idle ones are held at once: what only a busy one needs is behind a pointer.
struct Account {
    AccountRecord record;
    /// Why the stored record could not be opened; such an account has no tokens, and its row is left as it is.
    std::string damage;
    /// What callers report; while it persists, a timer for its end.
    Refusals refusals;
    std::unique_ptr<Timer> refusals_over;
    /// When this machine booted by the clock of the server, which has told its time.
    std::optional<WallTime> booted_at;
    /// The trouble that was told last, until the account is ready again; kReady for none.
    AccountState told = AccountState::kReady;
    /// While a login or a removal has the account, no refresh begins.
    bool reserved = false;
    /// A refresh that was wanted and could not begin.
    std::optional<PutOff> put_off;
    std::unique_ptr<RefreshAttempt> attempt;
    /// The verdict of the last attempt, on its way to the disk.
    std::unique_ptr<StoreCommit> verdict;
    std::vector<AccountWait*> waits;
    /// What waits for the end of the refresh under way.
    std::vector<std::function<void()>> when_settled;
    /// Its entry in the Schedule.
    std::optional<WallTime> scheduled;
};

[[nodiscard]] inline bool waits_for_turn(const Account& account) noexcept {
    return account.attempt && account.attempt->ticket;
}

/// A refresh is under way, waits for its turn, or was put off: its end will settle the account.
[[nodiscard]] inline bool awaits_refresh(const Account& account) noexcept {
    return is_refreshing(account.record.life.state) || account.put_off || waits_for_turn(account);
}

/// Its stored record does not open: there is nothing to serve or to refresh until a person acts.
inline void set_damaged(Account& account, const Error& why) {
    account.damage = "its stored record is damaged: " + why.message;
    account.record.life.state = State::kLoginRequired;
    account.record.life.reason = account.damage;
}

/// What has happened to an account, as it is now.
[[nodiscard]] inline Event account_event(const Account& account, EventKind kind, WallTime now,
                                         std::string detail = {}) {
    return {.at = now,
            .kind = kind,
            .account = account.record.name,
            .generation = account.record.life.generation,
            .detail = std::move(detail)};
}

/// By name. An account stays at its address until it is erased.
using AccountMap = std::map<std::string, Account, std::less<>>;

/// Null when there is no such account.
[[nodiscard]] inline Account* find_account(AccountMap& accounts, std::string_view name) {
    const auto found = accounts.find(name);
    return found == accounts.end() ? nullptr : &found->second;
}
[[nodiscard]] inline const Account* find_account(const AccountMap& accounts, std::string_view name) {
    const auto found = accounts.find(name);
    return found == accounts.end() ? nullptr : &found->second;
}

}  // namespace agent
