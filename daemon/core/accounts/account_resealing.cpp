// SPDX-License-Identifier: Apache-2.0
// The data key was rotated: what an account has sealed with the one before is sealed anew.
#include <utility>

#include "core/accounts/account_book.h"
#include "core/refresh/token_set.h"

namespace agent {

namespace {

/// Empty when there is no token set.
Result<Bytes> resealed(const Sealer& sealer, const Bytes& sealed, const std::string& account,
                       std::uint64_t generation) {
    if (sealed.empty()) return Bytes();
    return reseal_token_set(sealer, sealed, account, generation);
}

}  // namespace

std::unique_ptr<Waiting> AccountBook::reseal(const std::string& account, Done done) {
    const OwedDone owed(std::move(done));
    auto waiting = owed.waiting();
    reserve(account, owed, [this, owed](Account& of) { reseal_alone(of, owed); });
    return waiting;
}

void AccountBook::reseal_alone(Account& account, const OwedDone& owed) {
    if (refuse_unless_settled(account, owed)) return;
    const AccountRecord& record = account.record;
    auto tokens = resealed(sealer_, record.tokens, record.name, record.life.generation);
    auto previous = resealed(sealer_, record.previous_tokens, record.name, record.previous_generation);
    if (!tokens || !previous) {
        owed.answer_soon(world_.timers, tl::unexpected((tokens ? previous : tokens).error()));
        return release(account);
    }
    const auto after = std::make_shared<AccountRecord>(record);
    after->tokens = *std::move(tokens);
    after->previous_tokens = *std::move(previous);
    commits_.start(world_.store,
                   {.action = StoreChange::Action::kPut,
                    .row = seal_account_record(sealer_, *after),
                    .expected_generation = record.life.generation},
                   [this, name = record.name, after, owed](Result<void> result) {
                       Account& of = *find(name);
                       if (result) of.record = std::move(*after);
                       release(of);
                       owed.answer(std::move(result));
                   });
}

}  // namespace agent
