// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "io/loop/wakeup.h"
#include "io/store/record_table.h"
#include "io/store/store_file.h"
#include "io/store/store_writer.h"
#include "ports/store_witness.h"
#include "ports/token_store.h"

namespace agent {

/// TokenStore on one SQLite file. A thread of its own makes the commits; the loop is told.
///
/// Outlives its commits. Its destructor waits until what was started is on the disk, or refused by it.
class SqliteTokenStore final : public TokenStore, public StoreWitness {
  public:
    SqliteTokenStore(EventLoop& loop, StoreFile file, std::optional<Witness> witness = {});
    ~SqliteTokenStore() override;

    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> read(StoredRow::Kind kind, std::string name, Read done) override;

    [[nodiscard]] Result<std::vector<SeenRecord>> seen() override;
    [[nodiscard]] Result<void> repair(const std::vector<StoreChange>& changes) override;

    /// Does something else with the store, on the thread of the commits, after those that were started. As commit(),
    /// `done` is called once, unless what is returned is destroyed first; the job is then still done.
    using Job = std::function<Result<void>(StoreFile&)>;
    [[nodiscard]] std::unique_ptr<StoreCommit> run(Job job, Done done);

    /// The same for nothing at all: shows that the thread comes round, even if the disk refuses.
    [[nodiscard]] std::unique_ptr<StoreCommit> ping(Done done);

  private:
    class Commit;

    /// Rare, and the caller can do nothing without: so it waits.
    [[nodiscard]] Result<void> now(const std::function<Result<void>(RecordTable&)>& job);
    [[nodiscard]] StoreWriter& writer();
    void deliver();
    void note(const Result<void>& result, const std::string& record);

    std::uint64_t next_id_ = 0;
    std::unordered_map<std::uint64_t, Commit*> waiting_;  // those whose callers still wait
    Wakeup wakeup_;
    std::optional<RecordTable> table_;  // until the first commit gives it to the writer
    std::optional<StoreWriter> writer_;
    bool failing_ = false;  // since the last commit
};

}  // namespace agent
