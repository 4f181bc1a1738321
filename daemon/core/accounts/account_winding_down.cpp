// SPDX-License-Identifier: Apache-2.0
// The end of the book: what is under way ends first, so that no rotated token is lost.
#include <algorithm>
#include <utility>

#include "core/accounts/account_book.h"

namespace agent {

void AccountBook::wind_down(std::function<void()> wound_down) {
    winding_down_ = true;
    wound_down_ = std::move(wound_down);
    for (auto& [name, account] : accounts_) {
        refresher_.put_off(account);
        reschedule(account);
    }
    check_wound_down();
}

void AccountBook::resume() {
    winding_down_ = false;
    wound_down_ = nullptr;
    wound_down_timer_.reset();
    for (auto& [name, account] : accounts_) {
        if (!account.reserved) refresher_.want_again(account);
    }
    reschedule_all();
}

bool AccountBook::has_unsaved_tokens() const {
    return std::any_of(accounts_.begin(), accounts_.end(),
                       [](const auto& entry) { return entry.second.record.life.state == State::kTokensUnsaved; });
}

void AccountBook::check_wound_down() {
    if (!wound_down_ || wound_down_timer_) return;
    const bool busy = std::any_of(accounts_.begin(), accounts_.end(), [](const auto& entry) {
        const Account& account = entry.second;
        return account.reserved || is_refreshing(account.record.life.state) ||
               account.record.life.state == State::kTokensUnsaved;
    });
    if (busy || !commits_.empty()) return;
    // Not at once: the book may be destroyed then, and this is called from within it.
    wound_down_timer_ = world_.timers.after(Duration::zero(), [this] {
        const auto wound_down = std::exchange(wound_down_, nullptr);
        wound_down();
    });
}

}  // namespace agent
