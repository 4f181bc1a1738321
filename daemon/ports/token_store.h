// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "base/result.h"

namespace agent {

/// One durable record. Its content is sealed; the store sees a name, a generation and opaque bytes.
struct StoredRow {
    enum class Kind { kAccount, kApp, kRevision };

    Kind kind = Kind::kAccount;
    std::string name;
    std::uint64_t generation = 0;
    Bytes sealed;
    /// Which write of the record this is: each has another number, drawn at random by its writer, so that no
    /// number comes again after a removal, and a writer knows its own write. Never 0 in a store.
    std::uint64_t version = 0;
};

/// The highest generation of a record that was ever durable, as known outside the store.
struct SeenRecord {
    StoredRow::Kind kind = StoredRow::Kind::kAccount;
    std::string name;
    std::uint64_t generation = 0;
};

/// One atomic change of one record.
struct StoreChange {
    enum class Action { kPut, kRemove };

    Action action = Action::kPut;
    /// With kRemove only kind and name matter.
    StoredRow row;
    /// Compare-and-swap: the version that was read, 0 for "there is no such record".
    std::uint64_t expected_version = 0;
};

/// A commit in progress. If it is destroyed, `done` is not called, but the change is still made. `done` may destroy it.
class StoreCommit {
  public:
    virtual ~StoreCommit() = default;
};

/// Durable records. Other writers may change them too: each change says what it was decided upon. Commits are
/// asynchronous so that a slow disk never stalls serving.
class TokenStore {
  public:
    using Done = std::function<void(Result<void>)>;
    /// Empty if there is no such record.
    using Read = std::function<void(Result<std::optional<StoredRow>>)>;

    virtual ~TokenStore() = default;

    /// Passes every record to `each`, in any order, before it returns; may block on the disk.
    [[nodiscard]] virtual Result<void> load(const std::function<void(StoredRow)>& each) = 0;

    /// Makes `change` durable, then calls `done` exactly once, after this returns. Commits of one record take effect in
    /// the order they were started. Success means synced to the disk: the change survives a power cut. Fails with
    /// kConflict if the record's version is not the expected one: somebody else wrote it, so it must be read again and
    /// the change decided again. Fails with kTemporarilyUnavailable if the disk fails (full, read-only, I/O error). The
    /// record is then unchanged.
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) = 0;

    /// Reads one record, after the commits that were started, and calls `done` once, never before this returns.
    /// Destroying what it returns keeps `done` from being called.
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> read(StoredRow::Kind kind, std::string name, Read done) = 0;
};

}  // namespace agent
