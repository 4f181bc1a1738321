// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

#include "core/accounts/account_book.h"
#include "core/apps/app_registry.h"
#include "core/backup/backups.h"
#include "ports/timers.h"

namespace agent {

/// Backups of the apps and accounts of an agent.
class StoreBackups final : public Backups {
  public:
    StoreBackups(const Clock& clock, Timers& timers, AppRegistry& apps, AccountBook& accounts)
        : clock_(clock), timers_(timers), apps_(apps), accounts_(accounts) {}

    void begin(const Sealer& backup) override;
    [[nodiscard]] Result<BackupPage> copy(const Sealer& backup, const std::optional<BackupPage::Place>& after) override;
    [[nodiscard]] std::unique_ptr<Waiting> move(const std::string& account, const Sealer& backup,
                                                MoveDone done) override;
    [[nodiscard]] std::vector<RestoredRecord> check(const Sealer& backup,
                                                    const std::vector<StoredRow>& records) override;
    [[nodiscard]] std::unique_ptr<Waiting> restore(std::shared_ptr<const Sealer> backup, std::vector<StoredRow> records,
                                                   RestoreDone done) override;

  private:
    class Restoring;

    static constexpr std::size_t kMostBegun = 16;  // then the one that was used longest ago gives way

    [[nodiscard]] Result<void> check_record(const Sealer& backup, const StoredRow& row) const;
    [[nodiscard]] Result<void> check_begun(const Sealer& backup);

    const Clock& clock_;
    Timers& timers_;
    AppRegistry& apps_;
    AccountBook& accounts_;
    std::map<std::string, BootTime> begun_;  // ids, and when each was used last
};

}  // namespace agent
