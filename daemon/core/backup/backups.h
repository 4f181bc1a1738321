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

// A backup is the content of the store sealed with a separate key: a file that the client keeps, and that any agent can
// restore. Each record is sealed for its kind, name and generation; the number of records is sealed too.

inline constexpr WordTable<StoredRow::Kind, 2> kRecordKinds{
    {{"app", StoredRow::Kind::kApp}, {"account", StoredRow::Kind::kAccount}}};

/// The id of a backup, derived from its key.
[[nodiscard]] std::string backup_id(const Sealer& backup);

/// Opens only for a backup with this key and number of records.
[[nodiscard]] Bytes seal_backup_end(const Sealer& backup, std::uint64_t records);
/// Fails with kForbidden if the key or the number is wrong.
[[nodiscard]] Result<void> check_backup_end(const Sealer& backup, std::uint64_t records,
                                            std::span<const std::byte> sealed);

/// Whether one of the records is an app that sends codes, tokens or people elsewhere than to Clio.
[[nodiscard]] bool has_other_endpoints(const Sealer& backup, const std::vector<StoredRow>& records);

struct BackupPage {
    /// The position of a record in the order of all.
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
    std::optional<Place> next;  // what the next page comes after; nullopt on the last page
};

struct RestoredRecord {
    enum class Result : std::uint8_t {
        kRestored,
        kSetAside,    // restored, but a person must say whether its refresh token is still the newest
        kKept,        // the existing record stays
        kRestorable,  // nothing was changed, and this record could be restored
        kFailed,
    };
    StoredRow::Kind kind = StoredRow::Kind::kApp;
    std::string name;
    Result result = Result::kFailed;
    std::string detail;  // empty if it was simply restored
};

inline constexpr WordTable<RestoredRecord::Result, 5> kRestoredResults{
    {{"restored", RestoredRecord::Result::kRestored},
     {"set_aside", RestoredRecord::Result::kSetAside},
     {"kept", RestoredRecord::Result::kKept},
     {"restorable", RestoredRecord::Result::kRestorable},
     {"failed", RestoredRecord::Result::kFailed}}};

/// Copies apps and accounts into a backup and restores them. Everything that the local protocol needs of backups.
class Backups {
  public:
    static constexpr std::size_t kPage = 64;  // records; as many as take about a millisecond

    virtual ~Backups() = default;

    /// Begins a backup: copy() and move() take its key for kBegun after its last use.
    static constexpr Duration kBegun = std::chrono::hours(1);
    virtual void begin(const Sealer& backup) = 0;

    /// The next kPage records after `after`, apps first, each kind sorted by name, sealed with the key of `backup`.
    /// Leaves out what check() would fail. kForbidden when that backup was not begun.
    [[nodiscard]] virtual Result<BackupPage> copy(const Sealer& backup,
                                                  const std::optional<BackupPage::Place>& after) = 0;

    /// Moves the account away with `backup`, like AccountBook::set_aside(). `done` gets the reason why it was not
    /// moved, or an empty one; it is called only after this returns. kForbidden when that backup was not begun.
    using MoveDone = std::function<void(Result<std::string>)>;
    [[nodiscard]] virtual std::unique_ptr<Waiting> move(const std::string& account, const Sealer& backup,
                                                        MoveDone done) = 0;

    /// Whether restore() would take each record in a place that has none: kRestorable or kFailed. Changes nothing.
    [[nodiscard]] virtual std::vector<RestoredRecord> check(const Sealer& backup,
                                                            const std::vector<StoredRow>& records) = 0;

    /// Restores records that are better than the existing ones, one after the other, and returns the result of each.
    /// Calls `done` only after it returns. If the wait is destroyed, the records not yet begun are not restored.
    using RestoreDone = std::function<void(std::vector<RestoredRecord>)>;
    [[nodiscard]] virtual std::unique_ptr<Waiting> restore(std::shared_ptr<const Sealer> backup,
                                                           std::vector<StoredRow> records, RestoreDone done) = 0;
};

}  // namespace agent
