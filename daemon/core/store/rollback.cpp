// SPDX-License-Identifier: Apache-2.0
#include "core/store/rollback.h"

#include <algorithm>

#include "core/accounts/account_record.h"
#include "core/accounts/restored_account.h"
#include "core/apps/app_registry.h"
#include "core/refresh/token_set.h"

namespace agent {

namespace {

using Kind = StoredRow::Kind;

std::string called(Kind kind, const std::string& name) {
    return (kind == Kind::kApp ? "app " : "account ") + name;
}

std::string older(std::uint64_t generation, std::uint64_t seen) {
    return "generation " + std::to_string(generation) + " is stored, and " + std::to_string(seen) + " was seen";
}

}  // namespace

Rollback::Rollback(const Sealer& sealer, std::span<const SeenRecord> seen, std::uint64_t revision)
    : sealer_(sealer), revision_(revision) {
    for (const SeenRecord& record : seen) {
        if (record.kind == Kind::kRevision)
            seen_revision_ = record.generation;
        else
            seen_.insert_or_assign({record.kind, record.name}, Seen{.generation = record.generation});
    }
    if (revision_ < seen_revision_)
        findings_.push_back("the store was put back: revision " + std::to_string(revision_) + ", and " +
                            std::to_string(seen_revision_) + " was seen");
}

const Rollback::Seen* Rollback::note(const StoredRow& row) {
    const auto found = seen_.find({row.kind, row.name});
    if (found == seen_.end()) return nullptr;
    found->second.is_there = true;
    return &found->second;
}

StoredRow Rollback::instead_of(const StoredRow& row, StoredRow with, const std::string& finding) {
    findings_.push_back(called(row.kind, row.name) + ": " + finding);
    changes_.push_back({.action = StoreChange::Action::kPut, .row = with, .expected_version = row.version});
    return with;
}

StoredRow Rollback::app(StoredRow row) {
    const Seen* const seen = note(row);
    if (seen == nullptr || row.generation >= seen->generation) return row;
    const auto app = open_app(sealer_, row);
    if (!app) return row;
    return instead_of(row, seal_app(sealer_, *app, seen->generation + 1),
                      older(row.generation, seen->generation) + "; its secret may be an old one");
}

StoredRow Rollback::account(StoredRow row, const RotationOf& rotation) {
    const Seen* const seen = note(row);
    const bool was_logged_out = seen == nullptr && revision_ < seen_revision_;
    if (!was_logged_out && (seen == nullptr || row.generation >= seen->generation)) return row;
    auto record = open_account_record(sealer_, row);
    const auto tokens = record ? open_token_set(sealer_, record->tokens, row.name, row.generation)
                               : Result<TokenSet>(tl::unexpected(record.error()));
    if (!tokens) return row;

    const std::string finding = was_logged_out ? "it was logged out since the store that was put back was copied"
                                               : older(row.generation, seen->generation);
    if (was_logged_out || rotation(record->app) != Rotation::kReusable) require_login(*record, finding);
    set_tokens(*record, *tokens, (was_logged_out ? row.generation : seen->generation) + 1, sealer_);
    return instead_of(row, seal_account_record(sealer_, *record), finding);
}

std::vector<std::string> Rollback::findings() const {
    std::vector<std::string> all = findings_;
    // A store that is ahead of its witness may have forgotten what the witness still knows.
    if (revision_ > seen_revision_) return all;
    for (const auto& [key, seen] : seen_) {
        if (!seen.is_there)
            all.push_back(called(key.first, key.second) + ": is not stored, and generation " +
                          std::to_string(seen.generation) + " was seen");
    }
    return all;
}

std::uint64_t Rollback::next_revision() const noexcept {
    return std::max(revision_, seen_revision_) + 1;
}

}  // namespace agent
