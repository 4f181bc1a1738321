// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/crypto/sealing.h"
#include "base/result.h"

namespace agent {

/// One durable record. What it says is sealed; the store sees a name, a generation and opaque bytes.
struct StoredRow {
    enum class Kind { kAccount, kApp, kRevision };

    Kind kind = Kind::kAccount;
    std::string name;
    std::uint64_t generation = 0;
    Bytes sealed;
};

/// The highest generation that was ever durable of a record, as it is known apart from the store.
struct SeenRecord {
    StoredRow::Kind kind = StoredRow::Kind::kAccount;
    std::string name;
    std::uint64_t generation = 0;
};

/// One change of one record, taken whole or not at all.
struct StoreChange {
    enum class Action { kPut, kRemove };

    Action action = Action::kPut;
    /// With kRemove only kind and name count.
    StoredRow row;
    /// Compare-and-swap: the generation the record has now, 0 for "there is no such record".
    std::uint64_t expected_generation = 0;
};

/// A commit under way. Destroying it keeps `done` from being called; the change itself is then still made. `done` may
/// destroy it.
class StoreCommit {
  public:
    virtual ~StoreCommit() = default;
};

/// Durable records, one writer. Commits are asynchronous so that a slow disk never stalls serving.
class TokenStore {
  public:
    using Done = std::function<void(Result<void>)>;

    virtual ~TokenStore() = default;

    /// Hands every record to `each`, in no order, before it returns; may block for as long as the disk takes.
    [[nodiscard]] virtual Result<void> load(const std::function<void(StoredRow)>& each) = 0;

    /// Makes `change` durable, then calls `done` exactly once, never before this returns. Commits of one record take
    /// effect in the order they were started. Success means synced to the disk: the change survives a power cut.
    /// Fails with kConflict when the record's generation is not the expected one, with kTemporarilyUnavailable when
    /// the disk refuses (full, read-only, I/O error); the record is then as before.
    [[nodiscard]] virtual std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) = 0;
};

}  // namespace agent
