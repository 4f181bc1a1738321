// SPDX-License-Identifier: Apache-2.0
#include "core/store/revised_store.h"

#include <algorithm>
#include <utility>

#include "core/store/seal_context.h"

namespace agent {

namespace {

std::string context(std::uint64_t revision) {
    return seal_context("store-revision", RevisedStore::kRecordName, revision);
}

}  // namespace

Result<StoredRow> RevisedStore::reseal_row(const Sealer& sealer, StoredRow row) {
    AGENT_TRY(row.sealed, sealer.resealed(row.sealed, context(row.generation)));
    return row;
}

Result<void> RevisedStore::load(const std::function<void(StoredRow)>& each) {
    return store_.load([&](StoredRow row) {
        if (row.kind != StoredRow::Kind::kRevision) return each(std::move(row));
        moved_to(row);
        is_sound_ = sealer_.open(row.sealed, context(row.generation)).has_value();
    });
}

std::unique_ptr<StoreCommit> RevisedStore::commit(StoreChange change, Done done) {
    // First: a revision that is ahead of its change does no harm; a change without one could be undone unseen.
    const bool comes_or_goes = change.action == StoreChange::Action::kRemove || change.expected_version == 0;
    if (comes_or_goes || is_owed_) advance([](const Result<void>&) {});
    return store_.commit(std::move(change), std::move(done));
}

StoreChange RevisedStore::change_to(std::uint64_t revision) const {
    return {.action = StoreChange::Action::kPut,
            .row = {.kind = StoredRow::Kind::kRevision,
                    .name = kRecordName,
                    .generation = revision,
                    .sealed = sealer_.seal({}, context(revision)),
                    .version = random_number()},
            .expected_version = newest_version_};
}

std::unique_ptr<StoreCommit> RevisedStore::read(StoredRow::Kind kind, std::string name, Read done) {
    return store_.read(kind, std::move(name), std::move(done));
}

void RevisedStore::moved_to(const StoredRow& revision) noexcept {
    durable_ = newest_ = revision.generation;
    durable_version_ = newest_version_ = revision.version;
    is_sound_ = true;
}

void RevisedStore::advance(Done done) {
    if (commits_.empty()) {  // what was under way may have been refused
        newest_ = durable_;
        newest_version_ = durable_version_;
    }
    StoreChange change = change_to(newest_ + 1);
    const std::uint64_t revision = newest_ = change.row.generation;
    const std::uint64_t version = newest_version_ = change.row.version;
    commits_.start(
        store_, std::move(change),
        [this](const std::optional<StoredRow>& present) {
            durable_ = std::max(durable_, present ? present->generation : 0);  // which another program has counted up
            durable_version_ = present ? present->version : 0;
        },
        [this, revision, version, done = std::move(done)](Result<void> result) {
            if (result) {
                durable_ = revision;
                durable_version_ = version;
                is_sound_ = true;
            }
            // What it was counted up for may have happened all the same: the next commit may be taken.
            is_owed_ = !result;
            done(std::move(result));
        });
}

}  // namespace agent
