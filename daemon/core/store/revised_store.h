// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/crypto/sealing.h"
#include "core/store/commits.h"
#include "ports/token_store.h"

namespace agent {

/// A store that counts, sealed, how often the set of what is in it has changed: its *revision*.
///
/// A generation reveals an older record, but not a missing or extra one, nor an old key slot. So the revision goes up
/// before a record is added or removed, and after a key slot was; where that is refused, with the next commit. Without
/// the data key nobody can make an old store look newer.
class RevisedStore final : public TokenStore {
  public:
    static constexpr const char* kRecordName = "store";

    /// Both outlive it.
    RevisedStore(TokenStore& store, const Sealer& sealer) : store_(store), sealer_(sealer) {}

    /// The row of a revision, sealed with the sealer's present key. kInternal when it does not open.
    [[nodiscard]] static Result<StoredRow> reseal_row(const Sealer& sealer, StoredRow row);

    /// All but the revision, which it keeps.
    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override;
    [[nodiscard]] std::unique_ptr<StoreCommit> read(StoredRow::Kind kind, std::string name, Read done) override;

    /// 0 for a store that never had one, and for one whose seal is broken.
    [[nodiscard]] std::uint64_t revision() const noexcept { return is_sound_ ? durable_ : 0; }

    /// What makes the revision `revision`, to be committed together with other changes; then call moved_to().
    [[nodiscard]] StoreChange change_to(std::uint64_t revision) const;
    void moved_to(const StoredRow& revision) noexcept;

    /// Counts up, sealing with the present key, and calls `done` when that is durable, never before this returns.
    void advance(Done done);

  private:
    TokenStore& store_;
    const Sealer& sealer_;
    /// The generation and the version of its record; 0 when there is none.
    std::uint64_t durable_ = 0;
    std::uint64_t durable_version_ = 0;
    /// The same, with what is under way.
    std::uint64_t newest_ = 0;
    std::uint64_t newest_version_ = 0;
    bool is_sound_ = true;
    bool is_owed_ = false;
    Commits commits_;
};

}  // namespace agent
