// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "core/accounts/account.h"
#include "core/accounts/changes/reservation.h"
#include "core/apps/app_registry.h"
#include "core/refresh/refresher.h"
#include "ports/timers.h"

namespace agent {

/// Brings all accounts to rest, so that the book can end: no refresh begins, those under way end, and tokens that the
/// disk has refused are saved again at once and then soon, as long as it takes.
class WindingDown {
  public:
    WindingDown(Timers& timers, AccountMap& accounts, const AppRegistry& apps, Refresher& refresher,
                const Reservations& reservations)
        : timers_(timers), accounts_(accounts), apps_(apps), refresher_(refresher), reservations_(reservations) {}
    WindingDown(const WindingDown&) = delete;
    WindingDown& operator=(const WindingDown&) = delete;

    /// Those who wait for a refresh that has not begun are answered.
    void begin();
    /// Calls `over` once nothing is under way, never before this returns; it may destroy this.
    void when_over(std::function<void()> over);
    /// Goes on instead; the refreshes that were put off are wanted again.
    void resume();
    /// To be called whenever something has ended.
    void look();

    [[nodiscard]] bool has_begun() const noexcept { return begun_; }
    [[nodiscard]] bool has_unsaved_tokens() const;
    [[nodiscard]] bool has_tokens_at_stake() const;

  private:
    Timers& timers_;
    AccountMap& accounts_;
    const AppRegistry& apps_;
    Refresher& refresher_;
    const Reservations& reservations_;
    bool begun_ = false;
    std::function<void()> over_;
    std::unique_ptr<Timer> over_timer_;
};

}  // namespace agent
