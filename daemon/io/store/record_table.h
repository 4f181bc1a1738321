// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/store/store_file.h"
#include "io/store/witness.h"
#include "ports/token_store.h"

namespace agent {

/// The records of a store, as SQL. On whatever thread, but on one at a time.
class RecordTable {
  public:
    /// With a witness, that is told by note() of every change once it is durable.
    explicit RecordTable(StoreFile file, std::optional<Witness> witness = {});

    [[nodiscard]] StoreFile& file() noexcept { return file_; }
    /// Null when there is none.
    [[nodiscard]] Witness* witness() noexcept { return witness_ ? &*witness_ : nullptr; }

    /// Hands every record to `each`. Fails with kInternal when one cannot be read.
    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each);
    /// Empty if there is no such record.
    [[nodiscard]] Result<std::optional<StoredRow>> read(StoredRow::Kind kind, std::string_view name);

    /// Makes all changes in one transaction, in order, and syncs it. A change that finds another version than it
    /// expects fails alone, with kConflict. When the disk refuses, nothing has changed and all fail, with
    /// kTemporarilyUnavailable: a conflict with a change that was not made would be none. Should the process end right
    /// then, before another commit, the next one may find them made: all were written, only the sync failed.
    [[nodiscard]] std::vector<Result<void>> commit(std::span<const StoreChange> changes);

    /// Shows the witness, if there is one, what came of changes; after those who wait for them were told. Logs when it
    /// cannot be written.
    void note(std::span<const StoreChange> changes, std::span<const Result<void>> results);
    /// Makes the witness, if there is one, take what is here for all there is. Fails when either disk refuses.
    [[nodiscard]] Result<void> show_all_to_witness();

  private:
    [[nodiscard]] SqliteStatement& prepared(const StoreChange& change) noexcept;
    [[nodiscard]] Error refusal() const;

    StoreFile file_;
    std::optional<Witness> witness_;
    bool witness_failing_ = false;  // since the last change
    SqliteStatement insert_;
    SqliteStatement update_;
    SqliteStatement remove_;
};

}  // namespace agent
