// SPDX-License-Identifier: Apache-2.0
// Accounts that go into a backup, and that come back from one.
#include <algorithm>
#include <memory>
#include <utility>

#include "core/accounts/account_book.h"
#include "core/accounts/account_errors.h"
#include "core/accounts/restored_account.h"

namespace agent {

std::vector<std::string> AccountBook::names_after(std::string_view after, std::size_t most) const {
    std::vector<std::string> names;
    for (auto at = accounts_.upper_bound(after); at != accounts_.end() && names.size() < most; ++at)
        names.push_back(at->first);
    return names;
}

Result<StoredRow> AccountBook::copy(std::string_view name, const Sealer& with) const {
    const Account* const account = find(name);
    if (account == nullptr) return tl::unexpected(no_such_account(name));
    if (!account->damage.empty()) return fail(Error::Code::kInternal, account->damage);
    // Tokens that the disk refuses are the newest all the same, and single-use ones the only ones that are good.
    const bool unsaved = account->attempt && account->attempt->received;
    AccountRecord record = unsaved ? *account->attempt->received : account->record;
    const std::uint64_t generation = record.life.generation;
    AGENT_TRY(const TokenSet tokens, open_token_set(sealer_, record.tokens, record.name, generation));
    renumber(record, tokens, generation, with);
    return seal_account_record(with, record);
}

std::string AccountBook::moved_to(std::string_view name) const {
    const Account* const account = find(name);
    return account == nullptr ? std::string() : account->record.moved_to;
}

std::unique_ptr<Waiting> AccountBook::take_in(AccountRecord record, TokenSet tokens, Done done) {
    const OwedDone owed(std::move(done));
    auto waiting = owed.waiting();
    const auto kept = std::make_shared<AccountRecord>(std::move(record));
    const auto kept_tokens = std::make_shared<TokenSet>(std::move(tokens));
    if (find(kept->name) == nullptr)
        take_in_place_of(nullptr, kept, kept_tokens, owed);
    else
        reserve(kept->name, owed, [this, kept, kept_tokens, owed](Account& account) {
            take_in_place_of(&account, kept, kept_tokens, owed);
        });
    return waiting;
}

void AccountBook::take_in_place_of(Account* account, const std::shared_ptr<AccountRecord>& record,
                                   const std::shared_ptr<TokenSet>& tokens, const OwedDone& owed) {
    const std::string name = record->name;
    std::uint64_t present = 0;
    if (account != nullptr) {
        if (auto why = why_kept(*account, *record)) {
            owed.answer_soon(world_.timers, fail(Error::Code::kConflict, *std::move(why)));
            return release(*account);
        }
        present = account->record.life.generation;
    }
    renumber(*record, *tokens, std::max(record->life.generation, present + 1), sealer_);  // which never goes back
    commits_.start(world_.store,
                   {.action = StoreChange::Action::kPut,
                    .row = seal_account_record(sealer_, *record),
                    .expected_generation = present},
                   [this, name, record, owed, reserved = account != nullptr](Result<void> result) {
                       if (result) {
                           Account& restored = accounts_[name];
                           restored.record = as_found(std::move(*record));
                           restored.damage.clear();
                           restored.reported_generation = 0;
                           publish("restored", restored, restored.record.life.reason);
                           if (restored.record.life.state == State::kLoginRequired)
                               publish("login_required", restored, restored.record.life.reason);
                       }
                       if (result || reserved) release(*find(name));
                       owed.answer(std::move(result));
                   });
}

}  // namespace agent
