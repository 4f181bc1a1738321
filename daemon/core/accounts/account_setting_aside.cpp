// SPDX-License-Identifier: Apache-2.0
// A grant that is not to be used until a person says so, with all that is known of it kept.
#include <memory>
#include <optional>
#include <utility>

#include "core/accounts/account_book.h"

namespace agent {

std::unique_ptr<Waiting> AccountBook::set_aside(const std::string& account, std::string reason, std::string moved_to,
                                                Done done) {
    const OwedDone owed(std::move(done));
    auto waiting = owed.waiting();
    reserve(account, owed, [this, reason = std::move(reason), moved_to = std::move(moved_to), owed](Account& of) {
        set_aside_alone(of, reason, moved_to, owed);
    });
    return waiting;
}

void AccountBook::set_aside_alone(Account& account, const std::string& reason, const std::string& moved_to,
                                  const OwedDone& owed) {
    if (account.record.life.state == State::kLoginRequired) {
        owed.answer_soon(world_.timers, {});
        return release(account);
    }
    if (refuse_unless_settled(account, owed)) return;
    Circumstances because;
    because.now = world_.clock.now();
    because.reason = reason;
    const auto after = std::make_shared<AccountRecord>(account.record);
    after->life = next(account.record.life, Happening::kSetAside, because).life;
    after->moved_to = moved_to;
    commits_.start(world_.store,
                   {.action = StoreChange::Action::kPut,
                    .row = seal_account_record(sealer_, *after),
                    .expected_generation = account.record.life.generation},
                   [this, name = account.record.name, after, owed](Result<void> result) {
                       Account& of = *find(name);
                       if (result) {
                           of.record = std::move(*after);
                           publish("login_required", of, of.record.life.reason);
                       }
                       release(of);
                       owed.answer(std::move(result));
                   });
}

bool AccountBook::refuse_unless_settled(Account& account, const OwedDone& owed) {
    const std::string& name = account.record.name;
    std::optional<Error> why;
    if (!account.damage.empty())
        why = {.code = Error::Code::kInternal, .message = "account " + name + ": " + account.damage};
    else if (account.record.life.state == State::kTokensUnsaved)
        why = {.code = Error::Code::kTemporarilyUnavailable,
               .message = "account " + name + ": its new tokens wait for the disk"};
    if (!why) return false;
    owed.answer_soon(world_.timers, tl::unexpected(*std::move(why)));
    release(account);
    return true;
}

}  // namespace agent
