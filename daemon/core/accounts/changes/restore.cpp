// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/restore.h"

#include <algorithm>
#include <utility>

#include "core/accounts/restored_account.h"

namespace agent {

std::unique_ptr<Waiting> AccountRestore::start(AccountRecord record, TokenSet tokens, Accounts::Done done) {
    const Reservation::Answer answer(std::move(done));
    auto waiting = answer.waiting();
    const std::string name = record.name;
    const auto kept_tokens = std::make_shared<TokenSet>(std::move(tokens));
    reservations_.reserve_or_add(name, answer,
                                 [this, record = std::move(record), kept_tokens](const Reservation& reserved) {
                                     restore(reserved, record, *kept_tokens);
                                 });
    return waiting;
}

void AccountRestore::restore(const Reservation& reserved, AccountRecord record, const TokenSet& tokens) {
    std::uint64_t present = 0;
    if (const Account* const account = reserved.account()) {
        if (auto why = why_kept(*account, record)) return reserved.end(fail(Error::Code::kConflict, *std::move(why)));
        present = account->record.life.generation;
    }
    set_tokens(record, tokens, std::max(record.life.generation, present + 1), sealer_);  // which never goes back
    reserved.save(std::move(record), [this](Account& of, AccountRecord saved) { restored(of, std::move(saved)); });
}

void AccountRestore::restored(Account& account, AccountRecord record) {
    const App* const app = apps_.find(record.app);
    account.record = after_restart(std::move(record), app);
    account.damage.clear();
    account.refusals = {};
    events_.publish(account_event(account, EventKind::kRestored, clock_.now(), account.record.life.reason));
    if (account.record.life.state == State::kLoginRequired)
        events_.publish(account_event(account, EventKind::kLoginRequired, clock_.now(), account.record.life.reason));
}

}  // namespace agent
