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

/// A store, or a record in it, that was put back from an older copy opens as ever. What tells is a witness apart from
/// the store, which keeps the highest generation that was ever durable of each record. Pure.
class Rollback {
  public:
    using RotationOf = std::function<std::optional<Rotation>(const std::string& app)>;

    /// `revision` is the store's (core/store/revised_store.h).
    Rollback(const Sealer& sealer, std::span<const SeenRecord> seen, std::uint64_t revision);

    /// Each record of the store, as it is to go on: an older one than was seen past what was seen, since generations
    /// never go back; a damaged one as it is. An account whose refresh token may have been spent since, or that was
    /// logged out since, is then `login_required`, with everything kept. `rotation_of` knows no app that is not
    /// registered.
    [[nodiscard]] StoredRow app(StoredRow row);
    [[nodiscard]] StoredRow account(StoredRow row, const RotationOf& rotation_of);

    // After all records:

    /// What is not as it was seen, for people; empty when all is.
    [[nodiscard]] std::vector<std::string> findings() const;
    /// What of it is to be made durable before anything else is done with the store, and the revision that goes with
    /// it.
    [[nodiscard]] std::vector<StoreChange>& changes() noexcept { return changes_; }
    [[nodiscard]] std::uint64_t next_revision() const noexcept;

  private:
    struct Seen {
        std::uint64_t generation = 0;
        bool is_there = false;  // in the store
    };

    /// Null for what the witness does not know.
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
