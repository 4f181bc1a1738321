// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/crypto/sealing.h"
#include "base/json/json_reader.h"
#include "core/accounts/accounts.h"
#include "ports/token_store.h"

namespace agent {

// A backup is what the store has, sealed with a key of its own: a file that the client keeps, and that any agent can
// take in again. Each record is sealed for its kind, name and generation, the whole by the number of its records.

inline constexpr WordTable<StoredRow::Kind, 2> kRecordKinds{
    {{"app", StoredRow::Kind::kApp}, {"account", StoredRow::Kind::kAccount}}};

/// What a backup is called, which follows from its key.
[[nodiscard]] std::string backup_id(const Sealer& backup);

/// Opens for a backup of this key and so many records only.
[[nodiscard]] Bytes seal_backup_end(const Sealer& backup, std::uint64_t records);
/// kForbidden when the key or the number is another one.
[[nodiscard]] Result<void> check_backup_end(const Sealer& backup, std::uint64_t records,
                                            std::span<const std::byte> sealed);

struct BackupPage {
    /// The place of a record in the order of all.
    struct Place {
        StoredRow::Kind kind = StoredRow::Kind::kApp;
        std::string name;
    };
    struct LeftOut {
        Place place;
        std::string reason;
    };
    std::vector<StoredRow> records;
    std::vector<LeftOut> left_out;
    std::optional<Place> next;  // what the next page comes after; nothing on the last page
};

struct RestoredRecord {
    enum class Result : std::uint8_t {
        kRestored,
        kSetAside,  // restored, and a person is to say whether its refresh token is still the newest
        kKept,      // what was here stays
        kFailed,
    };
    StoredRow::Kind kind = StoredRow::Kind::kApp;
    std::string name;
    Result result = Result::kFailed;
    std::string detail;  // empty when it was simply restored
};

inline constexpr WordTable<RestoredRecord::Result, 4> kRestoredResults{
    {{"restored", RestoredRecord::Result::kRestored},
     {"set_aside", RestoredRecord::Result::kSetAside},
     {"kept", RestoredRecord::Result::kKept},
     {"failed", RestoredRecord::Result::kFailed}}};

/// Copies of apps and accounts for a backup, and what is brought back of them. The whole of what the local protocol can
/// ask of backups.
class Backups {
  public:
    static constexpr std::size_t kPage = 64;  // records; as many as take about a millisecond

    virtual ~Backups() = default;

    /// The next kPage records after `after`, apps first, each kind by name, sealed with the key of `backup`.
    [[nodiscard]] virtual BackupPage copy(const Sealer& backup, const std::optional<BackupPage::Place>& after) = 0;

    /// Gives the account away with `backup`, as AccountBook::set_aside() does. `done` gets why there was nothing to
    /// give away, empty when there was; it is never called before this returns.
    using MoveDone = std::function<void(Result<std::string>)>;
    [[nodiscard]] virtual std::unique_ptr<Waiting> move(const std::string& account, const Sealer& backup,
                                                        MoveDone done) = 0;

    /// Takes in what is better than what is here, one after the other, and tells what became of each. Never calls
    /// `done` before it returns. When the wait is given up, those not yet begun stay out.
    using RestoreDone = std::function<void(std::vector<RestoredRecord>)>;
    [[nodiscard]] virtual std::unique_ptr<Waiting> restore(std::shared_ptr<const Sealer> backup,
                                                           std::vector<StoredRow> records, RestoreDone done) = 0;
};

}  // namespace agent
