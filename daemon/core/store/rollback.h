// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto/sealing.h"
#include "core/oauth/app.h"
#include "ports/token_store.h"

namespace agent {

/// A store, or a record in it, that was restored from an older copy still opens. A witness outside the store detects
/// this: it keeps the highest generation of each record that was ever durable. Pure.
class Rollback {
  public:
    using RotationOf = std::function<Rotation(const std::string& app)>;

    /// `revision` is the store's (core/store/revised_store.h).
    Rollback(const Sealer& sealer, std::span<const SeenRecord> seen, std::uint64_t revision);

    /// Returns each record of the store as it should continue: one that is older than the witness gets a generation
    /// above the highest seen, since generations never go back; a damaged one is unchanged. An account whose refresh
    /// token may have been used since, or that was logged out since, becomes `login_required`, with everything kept.
    [[nodiscard]] StoredRow app(StoredRow row);
    [[nodiscard]] StoredRow account(StoredRow row, const RotationOf& rotation);

    // After all records:

    /// Describes the differences, for people; empty if there are none.
    [[nodiscard]] std::vector<std::string> findings() const;
    /// The changes to make durable before anything else is done with the store, and their revision.
    [[nodiscard]] std::vector<StoreChange>& changes() noexcept { return changes_; }
    [[nodiscard]] std::uint64_t next_revision() const noexcept;

  private:
    struct Seen {
        std::uint64_t generation = 0;
        bool is_there = false;  // in the store
    };

    /// Null if the witness does not know it.
    const Seen* note(const StoredRow& row);
    [[nodiscard]] StoredRow instead_of(const StoredRow& row, StoredRow with, const std::string& finding);

    const Sealer& sealer_;
    std::uint64_t revision_;
    std::uint64_t seen_revision_ = 0;
    std::map<std::pair<StoredRow::Kind, std::string>, Seen> seen_;
    std::vector<StoreChange> changes_;
    std::vector<std::string> findings_;
};

}  // namespace agent
