// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "io/store_file.h"
#include "ports/token_store.h"

namespace agent {

/// The records of a store, as SQL. On whatever thread, but on one at a time.
class RecordTable {
  public:
    explicit RecordTable(StoreFile file);

    [[nodiscard]] StoreFile& file() noexcept { return file_; }

    /// Hands every record to `each`. Fails with kInternal when one cannot be read.
    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each);

    /// Makes all changes in one transaction, in order, and syncs it. A change that finds another generation than it
    /// expects fails alone, with kConflict. When the disk refuses, nothing has changed and all fail, with
    /// kTemporarilyUnavailable: a conflict with a change that was not made would be none. Should the process end right
    /// then, before another commit, the next one may find them made: all were written, only the sync failed.
    [[nodiscard]] std::vector<Result<void>> commit(std::span<const StoreChange> changes);

  private:
    [[nodiscard]] SqliteStatement& prepared(const StoreChange& change) noexcept;
    [[nodiscard]] Error refusal() const;

    StoreFile file_;
    SqliteStatement insert_;
    SqliteStatement update_;
    SqliteStatement remove_;
};

}  // namespace agent
