// SPDX-License-Identifier: Apache-2.0
#include "core/store/revised_store.h"

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
        durable_ = newest_ = row.generation;
        is_sound_ = sealer_.open(row.sealed, context(row.generation)).has_value();
    });
}

std::unique_ptr<StoreCommit> RevisedStore::commit(StoreChange change, Done done) {
    // First: a revision that is ahead of its change does no harm, a change that none tells of could be undone unseen.
    const bool comes_or_goes = change.action == StoreChange::Action::kRemove || change.expected_generation == 0;
    if (comes_or_goes) advance([](const Result<void>&) {});
    return store_.commit(std::move(change), std::move(done));
}

StoreChange RevisedStore::change_to(std::uint64_t revision) const {
    return {.action = StoreChange::Action::kPut,
            .row = {.kind = StoredRow::Kind::kRevision,
                    .name = kRecordName,
                    .generation = revision,
                    .sealed = sealer_.seal({}, context(revision))},
            .expected_generation = newest_};
}

void RevisedStore::moved_to(std::uint64_t revision) noexcept {
    durable_ = newest_ = revision;
    is_sound_ = true;
}

void RevisedStore::advance(Done done) {
    if (commits_.empty()) newest_ = durable_;  // what was under way may have been refused
    const std::uint64_t revision = newest_ + 1;
    StoreChange change = change_to(revision);
    newest_ = revision;
    commits_.start(store_, std::move(change), [this, revision, done = std::move(done)](Result<void> result) {
        if (result) {
            durable_ = revision;
            is_sound_ = true;
        }
        done(std::move(result));
    });
}

}  // namespace agent
