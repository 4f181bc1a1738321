// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/reservation.h"

#include <memory>
#include <utility>

#include "core/accounts/account_errors.h"

namespace agent {

Account* Reservation::account() const {
    return find_account(of_->accounts_, name_);
}

void Reservation::end(Result<void> outcome) const {
    answer_.answer_soon(of_->world_.timers, std::move(outcome));
    of_->release(name_);
}

void Reservation::save(AccountRecord after, std::function<void(Account&, AccountRecord)> saved) const {
    const Account* const before = account();
    const auto kept = std::make_shared<AccountRecord>(std::move(after));
    StoredRow row = seal_account_record(of_->sealer_, *kept);
    kept->version = row.version;
    of_->commits_.start(
        of_->world_.store,
        {.action = StoreChange::Action::kPut,
         .row = std::move(row),
         .expected_version = before == nullptr ? 0 : before->record.version},
        [self = *this](const std::optional<StoredRow>& present) { self.take_present(present); },
        [self = *this, kept, saved = std::move(saved)](Result<void> result) {
            if (result) saved(self.of_->accounts_[self.name_], std::move(*kept));
            self.of_->release(self.name_);
            self.answer_.answer(std::move(result));
        });
}

void Reservation::remove(std::function<void()> removed) const {
    of_->commits_.start(
        of_->world_.store,
        {.action = StoreChange::Action::kRemove,
         .row = {.kind = StoredRow::Kind::kAccount, .name = name_, .generation = 0, .sealed = {}},
         .expected_version = account()->record.version},
        [self = *this](const std::optional<StoredRow>& present) { self.take_present(present); },
        [self = *this, removed = std::move(removed)](Result<void> result) {
            if (result) removed();
            self.of_->release(self.name_);
            self.answer_.answer(std::move(result));
        });
}

/// Another program wrote the record. The change is not made, but when it is tried again, it is upon what is there.
void Reservation::take_present(const std::optional<StoredRow>& present) const {
    if (Account* const known = account()) {
        of_->refresher_.take_present(*known, present);
    } else if (present) {
        Account& added = of_->accounts_[name_];
        added.record.name = name_;
        of_->refresher_.take_present(added, present);
    }
}

Reservation::Answer Reservation::release() const {
    of_->release(name_);
    return answer_;
}

Reservations::Reservations(World world, const Sealer& sealer, AccountMap& accounts, Refresher& refresher, Hooks hooks)
    : world_(world), sealer_(sealer), accounts_(accounts), refresher_(refresher), hooks_(std::move(hooks)) {}

void Reservations::reserve(const std::string& name, const Reservation::Answer& answer, const Change& change) {
    reserve(name, answer, change, /*may_add=*/false);
}

void Reservations::reserve_or_add(const std::string& name, const Reservation::Answer& answer, const Change& change) {
    reserve(name, answer, change, /*may_add=*/true);
}

void Reservations::reserve(const std::string& name, const Reservation::Answer& answer, const Change& change,
                           bool may_add) {
    const auto again = [this, name, answer, change, may_add] { reserve(name, answer, change, may_add); };
    Account* const account = find_account(accounts_, name);
    if (account == nullptr && !may_add)
        return answer.answer_soon(world_.timers, tl::unexpected(no_such_account(accounts_, name)));
    if (account == nullptr ? !new_names_.insert(name).second : account->reserved)
        return waiting_[name].push_back(again);
    if (account != nullptr) {
        refresher_.put_off(*account);
        if (is_refreshing(account->record.life.state)) return account->when_settled.push_back(again);
        account->reserved = true;
        hooks_.reserved(*account);
    }
    change(Reservation(*this, name, answer));
}

void Reservations::release(const std::string& name) {
    new_names_.erase(name);
    if (Account* const account = find_account(accounts_, name)) account->reserved = false;
    // The first takes it, and the others queue up behind that one.
    if (const auto waiting = waiting_.extract(name)) {
        for (const auto& change : waiting.mapped()) change();
    }
    Account* const account = find_account(accounts_, name);
    if (account != nullptr && !account->reserved) refresher_.want_again(*account);
    hooks_.released(account);
}

}  // namespace agent
