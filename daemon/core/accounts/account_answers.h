// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/crypto/sealing.h"
#include "core/accounts/account.h"
#include "core/accounts/accounts.h"
#include "core/apps/app_registry.h"
#include "core/refresh/pacer.h"

namespace agent {

/// What callers are told of an account as it is now. Changes nothing, and waits for nothing.
class AccountAnswers {
  public:
    AccountAnswers(const Clock& clock, const Sealer& sealer, const AppRegistry& apps, const Pacer& pacer)
        : clock_(clock), sealer_(sealer), apps_(apps), pacer_(pacer) {}

    [[nodiscard]] AccountFacts facts(const Account& account) const;
    /// AccountFacts::state alone.
    [[nodiscard]] AccountState state(const Account& account) const;
    /// Why a report of the present token leads to no refresh.
    [[nodiscard]] std::string refused_again(const Account& account) const;
    /// The token that can be given out at once, or the error that is already certain. Empty if a refresh must be
    /// awaited first.
    [[nodiscard]] std::optional<Result<IssuedToken>> token_now(const Account& account, Duration min_ttl) const;
    /// What a caller gets when there is no more time to wait: a token that still lives, else why there is none.
    [[nodiscard]] Result<IssuedToken> best_token(const Account& account, Duration min_ttl) const;
    [[nodiscard]] Error why_not_refreshed(const Account& account) const;
    /// The same for somebody who has waited for an attempt, be it a revival.
    [[nodiscard]] Error why_attempt_failed(const Account& account) const;
    /// What a refresh that somebody waits for is delayed by.
    [[nodiscard]] std::string why_not_yet(const Account& account) const;
    /// When it is worth asking again; a second at least.
    [[nodiscard]] std::chrono::seconds retry_after(const Account& account) const;
    /// For how long no request for the account's app may begin; zero when one may.
    [[nodiscard]] Duration held_for(const Account& account) const;

  private:
    /// How the account stands, in the order of AccountFacts.
    struct Standing {
        AccountState state = AccountState::kReady;
        std::string reason;
        std::string next_step;
    };

    [[nodiscard]] Standing standing(const Account& account) const;
    [[nodiscard]] Duration clock_ahead(const Account& account) const;
    [[nodiscard]] Result<IssuedToken> issue(const Account& account, bool min_ttl_met) const;
    [[nodiscard]] Error why_no_token(const Account& account) const;
    [[nodiscard]] Error try_again_later(const Account& account, std::string_view what) const;

    const Clock& clock_;
    const Sealer& sealer_;
    const AppRegistry& apps_;
    const Pacer& pacer_;
};

}  // namespace agent
