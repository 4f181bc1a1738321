// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/backup/store_backups.h"
#include "unit/core_stage.h"

/// An agent that makes backups and restores them.
struct BackupStage : CoreStage {
    using Key = std::shared_ptr<const agent::Sealer>;
    using Rows = std::vector<agent::StoredRow>;

    /// Whose app is its configuration's, or else one that was added, or unknown.
    enum class Firm { kConfigured, kAdded, kUnknown };

    explicit BackupStage(agent::Rotation rotation = agent::Rotation::kReusable, Firm firm = Firm::kConfigured)
        : CoreStage(rotation) {
        has_app = firm == Firm::kConfigured;
        restart();
        if (firm == Firm::kAdded) add_app("firm");
    }
    void restart() {
        backups.reset();
        CoreStage::restart();
        backups.emplace(clock, timers, *apps, *book);
    }
    void add_app(const std::string& name) {
        agent::App added = app.clone();
        added.name = name;
        const Reply& reply =
            waited([&](Reply& to) { return apps->put(std::move(added), false, answer_to<agent::Result<void>>(to)); });
        timers.turn();
        EXPECT_TEXT(reply.text, "done");
    }

    Rows copied(const Key& key) {
        backups->begin(*key);
        return backups->copy(*key, std::nullopt)->records;
    }
    /// "moved", or why not.
    Reply& move(const std::string& account, const Key& key) {
        backups->begin(*key);
        Reply& reply = waited([&](Reply& to) {
            return backups->move(account, *key, [&to](agent::Result<std::string> why_not) {
                if (!why_not) return to.take(std::move(why_not).error());
                to.take(why_not->empty() ? "moved" : *std::move(why_not));
            });
        });
        run(kAMoment);
        return reply;
    }
    /// What becomes of each: "app firm restored\naccount smith kept: it works here…\n".
    std::string restored(const Key& key, const Rows& records) {
        const Reply& reply = begin_to_restore(key, records);
        run(kAMoment);
        cr_expect(reply.answers == 1, "%d answers", reply.answers);
        return reply.text;
    }
    Reply& begin_to_restore(const Key& key, const Rows& records) {
        return waited([&](Reply& to) {
            return backups->restore(key, records, [&to](const std::vector<agent::RestoredRecord>& all) {
                std::string words;
                for (const agent::RestoredRecord& one : all) {
                    words.append(word_of(agent::kRecordKinds, one.kind)).append(" ").append(one.name);
                    words.append(" ").append(word_of(agent::kRestoredResults, one.result));
                    words.append(one.detail.empty() ? "" : ": ").append(one.detail).append("\n");
                }
                to.take(std::move(words));
            });
        });
    }

    std::optional<agent::StoreBackups> backups;
};

[[nodiscard]] inline BackupStage::Key backup_key_of(char fill) {
    return std::make_shared<agent::Sealer>(
        *agent::SealingKey::from_raw(agent::as_bytes(std::string(agent::SealingKey::kSize, fill))));
}
