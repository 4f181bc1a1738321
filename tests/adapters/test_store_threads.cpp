// SPDX-License-Identifier: Apache-2.0
//
// The store's two threads under load, for ThreadSanitizer.
#include <criterion/criterion.h>

#include <memory>
#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "fakes/run_until.h"
#include "fakes/temporary_directory.h"
#include "io/store/sqlite_token_store.h"

using agent::SqliteTokenStore;
using agent::StoreFile;

namespace {

constexpr int kStoreThreadsRounds = 20;
constexpr int kStoreThreadsRecords = 50;

agent::StoreChange next_generation(int record, std::uint64_t generation) {
    return {.action = agent::StoreChange::Action::kPut,
            .row = {.kind = agent::StoredRow::Kind::kAccount,
                    .name = std::to_string(record),
                    .generation = generation + 1,
                    .sealed = agent::Bytes(200),
                    .version = generation + 1},
            .expected_version = generation};
}

}  // namespace

Test(store_threads, lose_nothing_under_load) {
    const fakes::TemporaryDirectory directory;
    const auto open = [&] { return StoreFile::open(directory / "store.db").value(); };
    agent::EventLoop loop;
    auto store = std::make_unique<SqliteTokenStore>(loop, open());
    int stored = 0;
    for (std::uint64_t round = 0; round < kStoreThreadsRounds; ++round) {
        std::vector<std::unique_ptr<agent::StoreCommit>> commits;
        for (int record = 0; record < kStoreThreadsRecords; ++record) {
            commits.push_back(
                store->commit(next_generation(record, round), [&](auto result) { stored += result ? 1 : 0; }));
            if (record % 10 == 0) commits.pop_back();  // nobody waits, and it is made all the same
        }
        const int expected = static_cast<int>(round + 1) * kStoreThreadsRecords * 9 / 10;
        // The last round is still running when the store ends.
        if (round + 1 < kStoreThreadsRounds)
            cr_assert(fakes::run_until(loop, [&] { return stored == expected; }), "all are stored");
    }
    store = nullptr;
    store = std::make_unique<SqliteTokenStore>(loop, open());
    int found = 0;
    const auto loaded =
        store->load([&](const agent::StoredRow& row) { found += row.generation == kStoreThreadsRounds ? 1 : 0; });
    cr_assert(loaded && found == kStoreThreadsRecords, "all were there at the next start");
}
