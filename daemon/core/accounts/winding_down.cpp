// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/winding_down.h"

#include <algorithm>
#include <utility>

#include "core/accounts/account_wait.h"

namespace agent {

namespace {

bool has_received(State state) {
    return state == State::kSavingTokens || state == State::kTokensUnsaved;
}

}  // namespace

void WindingDown::begin() {
    begun_ = true;
    refresher_.stop();
    for (auto& [name, account] : accounts_) {
        refresher_.put_off(account);
        if (!is_refreshing(account.record.life.state)) AccountWait::try_all(account, /*at_last=*/true);
    }
    refresher_.save_unsaved(accounts_);
}

void WindingDown::when_over(std::function<void()> over) {
    over_ = std::move(over);
    look();
}

void WindingDown::resume() {
    begun_ = false;
    over_ = nullptr;
    over_timer_.reset();
    refresher_.resume();
    for (auto& [name, account] : accounts_) {
        if (!account.reserved) refresher_.want_again(account);
    }
}

void WindingDown::look() {
    if (!over_ || over_timer_) return;
    const bool busy = std::any_of(accounts_.begin(), accounts_.end(), [](const auto& entry) {
        const State state = entry.second.record.life.state;
        return entry.second.reserved || is_refreshing(state) || state == State::kTokensUnsaved;
    });
    if (busy || reservations_.storing()) return;
    // Not at once: the book may be destroyed then, and this is called from within it.
    over_timer_ = timers_.after(Duration::zero(), [this] {
        const auto over = std::exchange(over_, nullptr);
        over();
    });
}

bool WindingDown::has_unsaved_tokens() const {
    return std::any_of(accounts_.begin(), accounts_.end(),
                       [](const auto& entry) { return entry.second.record.life.state == State::kTokensUnsaved; });
}

bool WindingDown::has_tokens_at_stake() const {
    return std::any_of(accounts_.begin(), accounts_.end(), [this](const auto& entry) {
        const State state = entry.second.record.life.state;
        if (state != State::kRequesting && !has_received(state)) return false;
        return rotation_of(apps_.find(entry.second.record.app)) == Rotation::kSingleUse;
    });
}

}  // namespace agent
