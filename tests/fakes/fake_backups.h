// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/backup/backups.h"

namespace fakes {

/// Notes what was asked of it; the test answers.
class FakeBackups final : public agent::Backups {
  public:
    std::vector<std::string> asked;  // "copy after account smith", "move smith", "restore account smith#7"
    agent::BackupPage page;
    MoveDone move_done;
    RestoreDone restore_done;

    void begin(const agent::Sealer& backup) override { asked.push_back("begin " + backup_id(backup)); }
    agent::Result<agent::BackupPage> copy(const agent::Sealer& backup,
                                          const std::optional<agent::BackupPage::Place>& after) override {
        asked.push_back("copy " + backup_id(backup) + (after ? " after " + words(after->kind, after->name) : ""));
        return std::exchange(page, {});
    }
    std::unique_ptr<agent::Waiting> move(const std::string& account, const agent::Sealer& backup,
                                         MoveDone done) override {
        asked.push_back("move " + backup_id(backup) + " " + account);
        move_done = std::move(done);
        return std::make_unique<agent::Waiting>();
    }
    std::vector<agent::RestoredRecord> check(const agent::Sealer& backup,
                                             const std::vector<agent::StoredRow>& records) override {
        asked.push_back("check " + backup_id(backup));
        std::vector<agent::RestoredRecord> results;
        results.reserve(records.size());
        for (const agent::StoredRow& record : records)
            results.push_back({.kind = record.kind,
                               .name = record.name,
                               .result = agent::RestoredRecord::Result::kRestorable,
                               .detail = {}});
        return results;
    }
    std::unique_ptr<agent::Waiting> restore(std::shared_ptr<const agent::Sealer> backup,
                                            std::vector<agent::StoredRow> records, RestoreDone done) override {
        std::string all = "restore " + backup_id(*backup);
        for (const agent::StoredRow& record : records)
            all += " " + words(record.kind, record.name) + "#" + std::to_string(record.generation);
        asked.push_back(std::move(all));
        restore_done = std::move(done);
        return std::make_unique<agent::Waiting>();
    }

  private:
    static std::string words(agent::StoredRow::Kind kind, const std::string& name) {
        return std::string(word_of(agent::kRecordKinds, kind)) + " " + name;
    }
};

}  // namespace fakes
