// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_wait.h"

#include <algorithm>
#include <utility>

namespace agent {

namespace {

/// Counts the calls of try_all(). A wait that begins during one is not tried before the next.
std::uint64_t latest_round = 0;

}  // namespace

AccountWait::AccountWait(Account& account, TryAnswer try_answer)
    : account_(&account), try_answer_(std::move(try_answer)), tried_in_round_(latest_round) {
    account.waits.push_back(this);
}

AccountWait::~AccountWait() {
    leave();
}

void AccountWait::limit(Timers& timers, const Clock& clock, Duration patience) {
    deadline_ = clock.boot_now() + patience;
    timer_ = timers.after(patience, [this] {
        const auto try_answer = try_answer_;
        try_answer(*account_, *this, /*at_last=*/true);
    });
}

void AccountWait::leave() {
    if (account_ == nullptr) return;
    std::erase(account_->waits, this);
    account_ = nullptr;
    timer_.reset();
}

void AccountWait::try_all(Account& account, bool at_last) {
    const std::uint64_t this_round = ++latest_round;
    const auto untried = [&](const AccountWait* wait) { return wait->tried_in_round_ < this_round; };
    for (;;) {
        const auto found = std::find_if(account.waits.begin(), account.waits.end(), untried);
        if (found == account.waits.end()) return;
        AccountWait& wait = **found;
        wait.tried_in_round_ = this_round;
        const auto try_answer = wait.try_answer_;  // the wait may be gone when this returns
        try_answer(account, wait, at_last);
    }
}

}  // namespace agent
