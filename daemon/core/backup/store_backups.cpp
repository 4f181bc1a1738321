// SPDX-License-Identifier: Apache-2.0
#include "core/backup/store_backups.h"

#include <algorithm>
#include <utility>

#include "core/accounts/grant_app.h"
#include "core/accounts/restored_account.h"
#include "core/refresh/token_set.h"
#include "protocol/limits.h"
#include "protocol/names.h"

namespace agent {

/// Restores one record after the other, until it is destroyed.
class StoreBackups::Restoring final : public Waiting {
  public:
    Restoring(StoreBackups& of, std::shared_ptr<const Sealer> backup, std::vector<StoredRow> records, RestoreDone done)
        : of_(of), backup_(std::move(backup)), records_(std::move(records)), done_(std::move(done)) {
        go_on_soon();
    }

  private:
    using Outcome = RestoredRecord::Result;

    /// Not at once: the previous one answers from within its own wait, which is then destroyed.
    void go_on_soon() {
        next_ = of_.timers_.after(Duration::zero(), [this] { go_on(); });
    }

    void go_on() {
        if (results_.size() == records_.size()) {
            const auto done = std::move(done_);
            return done(std::move(results_));
        }
        const StoredRow& row = records_[results_.size()];
        const auto begun = row.kind == StoredRow::Kind::kApp ? restore_app(row) : restore_account(row);
        if (!begun) end(Outcome::kFailed, begun.error().message);
    }

    void end(Outcome outcome, std::string detail) {
        const StoredRow& row = records_[results_.size()];
        results_.push_back({.kind = row.kind, .name = row.name, .result = outcome, .detail = std::move(detail)});
        go_on_soon();
    }

    void end(const Result<void>& taken, Outcome if_taken, std::string detail) {
        if (taken) return end(if_taken, std::move(detail));
        const bool refused = taken.error().code == Error::Code::kConflict;
        end(refused ? Outcome::kKept : Outcome::kFailed, taken.error().message);
    }

    Result<void> restore_app(const StoredRow& row) {
        AGENT_TRY(App app, open_app(*backup_, row));
        if (of_.apps_.find(row.name) != nullptr) {
            end(Outcome::kKept, "there is an app of this name");
            return {};
        }
        step_ = of_.apps_.put(std::move(app), /*replace_grants=*/false,
                              [this](const Result<void>& added) { end(added, Outcome::kRestored, {}); });
        return {};
    }

    Result<void> restore_account(const StoredRow& row) {
        AGENT_TRY(AccountRecord brought, open_account_record(*backup_, row));
        AGENT_TRY(TokenSet tokens, open_token_set(*backup_, brought.tokens, row.name, row.generation));
        AGENT_CHECK(check_brought(brought, tokens, of_.clock_.now()));
        const App* const app = app_for(of_.apps_, brought);
        std::string lacks_app = app == nullptr ? no_app_for(of_.apps_, brought).message : std::string();
        AccountRecord record = as_restored(std::move(brought), backup_id(*backup_), rotation_of(app), of_.clock_.now());
        const bool aside = record.life.state == State::kLoginRequired;
        std::string detail = lacks_app.empty() ? record.life.reason : std::move(lacks_app);
        step_ = of_.accounts_.restore_from_backup(
            std::move(record), std::move(tokens), [this, aside, detail = std::move(detail)](const Result<void>& taken) {
                end(taken, aside ? Outcome::kSetAside : Outcome::kRestored, detail);
            });
        return {};
    }

    StoreBackups& of_;
    std::shared_ptr<const Sealer> backup_;
    std::vector<StoredRow> records_;
    std::vector<RestoredRecord> results_;
    RestoreDone done_;
    std::unique_ptr<Waiting> step_;
    std::unique_ptr<Timer> next_;
};

void StoreBackups::begin(const Sealer& backup) {
    if (begun_.size() >= kMostBegun)
        begun_.erase(std::min_element(begun_.begin(), begun_.end(),
                                      [](const auto& a, const auto& b) { return a.second < b.second; }));
    begun_.insert_or_assign(backup_id(backup), clock_.boot_now());
}

/// A key that did not come from here is not good enough: a backup begins with the proof that a person wants it.
Result<void> StoreBackups::check_begun(const Sealer& backup) {
    std::erase_if(begun_, [now = clock_.boot_now()](const auto& one) { return now - one.second > kBegun; });
    const auto found = begun_.find(backup_id(backup));
    if (found == begun_.end())
        return fail(Error::Code::kForbidden, "backup: it was not begun here, or too long ago; begin again");
    found->second = clock_.boot_now();
    return {};
}

Result<BackupPage> StoreBackups::copy(const Sealer& backup, const std::optional<BackupPage::Place>& after) {
    AGENT_CHECK(check_begun(backup));
    using Kind = StoredRow::Kind;
    BackupPage page;
    std::size_t seen = 0;
    const auto add = [&](Kind kind, const std::vector<std::string>& names) {
        for (const std::string& name : names) {
            auto copied = kind == Kind::kApp ? apps_.copy(name, backup) : accounts_.copy(name, backup);
            page.next = BackupPage::Place{.kind = kind, .name = name};
            ++seen;
            if (copied) {
                if (auto good = check_record(backup, *copied); !good) copied = tl::unexpected(std::move(good).error());
            }
            if (copied)
                page.records.push_back(*std::move(copied));
            else
                page.left_out.push_back({.place = *page.next, .reason = std::move(copied).error().message});
        }
    };
    const bool among_accounts = after && after->kind == Kind::kAccount;
    if (!among_accounts) add(Kind::kApp, apps_.stored_after(after ? after->name : "", kPage));
    add(Kind::kAccount, accounts_.names_after(among_accounts ? after->name : "", kPage - seen));
    if (seen < kPage) page.next.reset();
    return page;
}

std::unique_ptr<Waiting> StoreBackups::move(const std::string& account, const Sealer& backup, MoveDone done) {
    if (auto begun = check_begun(backup); !begun)
        return answer_later<Result<std::string>>(timers_, tl::unexpected(std::move(begun).error()), std::move(done));
    if (const std::string before = accounts_.moved_to(account); !before.empty())
        return answer_later<Result<std::string>>(timers_, "it was moved away before, with the backup " + before,
                                                 std::move(done));
    const std::string id = backup_id(backup);
    return accounts_.set_aside(account,
                               "it was moved away with the backup " + id +
                                   "; unless that is restored somewhere, take it back with: clioctl refresh --revive " +
                                   as_operand(account),
                               id, [this, account, id, done = std::move(done)](const Result<void>& set_aside) {
                                   const auto facts = accounts_.facts(account);
                                   if (!set_aside || !facts)
                                       return done(tl::unexpected(set_aside ? facts.error() : set_aside.error()));
                                   const bool moved = accounts_.moved_to(account) == id;
                                   done(moved ? "" : "it needs a login: " + facts->reason);
                               });
}

Result<void> StoreBackups::check_record(const Sealer& backup, const StoredRow& row) const {
    if (row.sealed.size() > limits::kRecordBytes)
        return fail(Error::Code::kInternal, row.name + ": is too large to be restored");
    if (row.kind == StoredRow::Kind::kApp) {
        AGENT_CHECK(open_app(backup, row));
        return {};
    }
    AGENT_TRY(const AccountRecord brought, open_account_record(backup, row));
    AGENT_TRY(const TokenSet tokens, open_token_set(backup, brought.tokens, row.name, row.generation));
    return check_brought(brought, tokens, clock_.now());
}

std::vector<RestoredRecord> StoreBackups::check(const Sealer& backup, const std::vector<StoredRow>& records) {
    using Outcome = RestoredRecord::Result;
    std::vector<RestoredRecord> results;
    for (const StoredRow& row : records) {
        const auto good = check_record(backup, row);
        results.push_back({.kind = row.kind,
                           .name = row.name,
                           .result = good ? Outcome::kRestorable : Outcome::kFailed,
                           .detail = good ? std::string() : good.error().message});
    }
    return results;
}

std::unique_ptr<Waiting> StoreBackups::restore(std::shared_ptr<const Sealer> backup, std::vector<StoredRow> records,
                                               RestoreDone done) {
    return std::make_unique<Restoring>(*this, std::move(backup), std::move(records), std::move(done));
}

}  // namespace agent
