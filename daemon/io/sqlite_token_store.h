// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>

#include "io/record_table.h"
#include "io/store_file.h"
#include "io/store_writer.h"
#include "io/wakeup.h"
#include "ports/token_store.h"

namespace agent {

/// TokenStore on one SQLite file. A thread of its own makes the commits; the loop is told.
///
/// Outlives its commits. Its destructor waits until what was started is on the disk, or refused by it.
class SqliteTokenStore final : public TokenStore {
  public:
    SqliteTokenStore(EventLoop& loop, StoreFile file);
    ~SqliteTokenStore() override;

    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override;

  private:
    class Commit;

    void deliver();

    std::uint64_t next_id_ = 0;
    std::unordered_map<std::uint64_t, Commit*> waiting_;  // those whose callers still wait
    Wakeup wakeup_;
    std::optional<RecordTable> table_;  // until the first commit gives it to the writer
    std::optional<StoreWriter> writer_;
};

}  // namespace agent
