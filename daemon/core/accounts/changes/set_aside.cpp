// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/set_aside.h"

#include <utility>

#include "core/accounts/account_errors.h"

namespace agent {

std::unique_ptr<Waiting> AccountSetAside::start(const std::string& account, std::string reason, std::string moved_to,
                                                Accounts::Done done, std::optional<std::uint64_t> only_at) {
    const Reservation::Answer answer(std::move(done));
    auto waiting = answer.waiting();
    reservations_.reserve(
        account, answer,
        [this, reason = std::move(reason), moved_to = std::move(moved_to), only_at](const Reservation& r) {
            if (only_at && r.account()->record.life.generation != *only_at) return r.end({});
            set_aside(r, reason, moved_to);
        });
    return waiting;
}

void AccountSetAside::set_aside(const Reservation& reserved, const std::string& reason, const std::string& moved_to) {
    Account& account = *reserved.account();
    account.put_off.reset();  // nobody uses the grant who asked for it before
    if (account.record.life.state == State::kLoginRequired) return reserved.end({});
    if (auto why = why_not_changed(account)) return reserved.end(tl::unexpected(*std::move(why)));
    Circumstances because;
    because.now = clock_.now();
    because.reason = reason;
    AccountRecord after = account.record;
    after.life = next(account.record.life, Happening::kSetAside, because).life;
    after.moved_to = moved_to;
    reserved.save(std::move(after), [this](Account& of, AccountRecord record) {
        of.record = std::move(record);
        events_.publish(account_event(of, EventKind::kLoginRequired, clock_.now(), of.record.life.reason));
    });
}

}  // namespace agent
