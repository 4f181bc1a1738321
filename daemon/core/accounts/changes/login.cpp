// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/login.h"
#include "protocol/names.h"

#include <utility>

namespace agent {

Grant Grant::clone() const {
    return {.account = account,
            .app = app,
            .origin = origin,
            .tokens = tokens.clone(),
            .user = user,
            .replace_user = replace_user,
            .counts_as = counts_as};
}

std::unique_ptr<Waiting> AccountLogin::start(Grant grant, Accounts::Done done) {
    const Reservation::Answer answer(std::move(done));
    auto waiting = answer.waiting();
    const auto kept = std::make_shared<Grant>(std::move(grant));
    reservations_.reserve_or_add(kept->account, answer, [this, kept](const Reservation& r) { adopt(r, *kept); });
    return waiting;
}

void AccountLogin::adopt(const Reservation& reserved, Grant& grant) {
    if (apps_.find(grant.app, grant.origin) == nullptr)
        return reserved.end(fail(Error::Code::kConflict, "app " + grant.app + " was removed or changed meanwhile"));
    const Account* const account = reserved.account();
    if (account != nullptr && !account->damage.empty())
        return reserved.end(fail(Error::Code::kConflict, "account " + grant.account + ": " + account->damage +
                                                             "; discard it with: clioctl logout --local " +
                                                             as_operand(grant.account)));
    if (account != nullptr && !grant.replace_user && is_other_user(account->record.user, grant.user))
        return reserved.end(
            fail(Error::Code::kConflict, "account " + grant.account + ": another Clio user has logged in meanwhile"));
    if (account != nullptr && grant.may_be_of_another_than(account->record.user))
        return reserved.end(fail(Error::Code::kConflict,
                                 "account " + grant.account + " has a user, and Clio has not said who logged in"));
    AccountRecord before;
    if (account != nullptr) before = account->record;
    before.name = grant.account;
    before.app = grant.app;
    before.origin = grant.origin;
    if (grant.user || grant.replace_user) before.user = grant.user;
    before.last_refresh.reset();
    const WallTime asked_at = refresher_.asked_at(grant.tokens);
    const WallTime refresh_at = refresher_.draw_refresh_at(asked_at, grant.tokens.expires_in);
    reserved.save(next_generation(before, std::move(grant.tokens), SecretString(), asked_at, refresh_at, sealer_),
                  [this](Account& of, AccountRecord record) { adopted(of, std::move(record)); });
}

void AccountLogin::adopted(Account& account, AccountRecord record) {
    const Step step = next(account.record.life, Happening::kSignedIn, refresher_.circumstances_of(record));
    account.record = std::move(record);
    account.record.life = step.life;
    account.attempt.reset();
    account.refusals = {};
    events_.publish(account_event(account, EventKind::kLoggedIn, clock_.now()));
}

}  // namespace agent
