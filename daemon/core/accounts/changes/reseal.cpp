// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/reseal.h"

#include <utility>

#include "core/accounts/account_errors.h"
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

std::unique_ptr<Waiting> AccountReseal::start(const std::string& account, Accounts::Done done) {
    const Reservation::Answer answer(std::move(done));
    auto waiting = answer.waiting();
    reservations_.reserve(account, answer, [this](const Reservation& reserved) { reseal(reserved); });
    return waiting;
}

void AccountReseal::reseal(const Reservation& reserved) {
    const Account& account = *reserved.account();
    if (auto why = why_not_changed(account)) return reserved.end(tl::unexpected(*std::move(why)));
    AccountRecord after = account.record;
    auto tokens = resealed(sealer_, after.tokens, after.name, after.life.generation);
    auto previous = resealed(sealer_, after.previous_tokens, after.name, after.previous_generation);
    if (!tokens || !previous) return reserved.end(tl::unexpected((tokens ? previous : tokens).error()));
    after.tokens = *std::move(tokens);
    after.previous_tokens = *std::move(previous);
    reserved.save(std::move(after), [](Account& of, AccountRecord record) { of.record = std::move(record); });
}

}  // namespace agent
