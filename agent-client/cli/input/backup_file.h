// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fd.h"
#include "base/json/json.h"
#include "base/json/json_writer.h"
#include "lib/failure.h"

namespace agent {

// A backup is a file of JSON lines. The first says what it is and how its key comes from a passphrase, the last how
// many records it has; between them stands one record a line, apps before accounts, each kind by name. Records and end
// are sealed by the agent: nobody else can read them, and the agent notices when any was altered, added or taken away.
// That none stands twice, in place of one that was taken away, follows from their order.

/// Copies the parameters of a passphrase (schema "kdf"), as member "kdf". Fails when they are not whole.
[[nodiscard]] Reply<void> write_kdf(JsonWriter& out, const Json& kdf);

/// A backup that is being written. It is removed with this, unless it was kept; what is left of it when the process is
/// killed has no end.
class NewBackupFile {
  public:
    /// Fails with "conflict" when there is a file at `path`. Readable by its owner alone.
    [[nodiscard]] static Reply<NewBackupFile> create(const std::string& path);
    /// The same question asked beforehand, of a person who has not typed a passphrase yet.
    [[nodiscard]] static Reply<void> may_be_at(const std::string& path);
    NewBackupFile(NewBackupFile&&) noexcept = default;
    NewBackupFile& operator=(NewBackupFile&&) = delete;
    ~NewBackupFile();

    /// A line of JSON, without its end.
    [[nodiscard]] Reply<void> write(std::string_view line);
    /// Makes it durable.
    [[nodiscard]] Reply<void> keep();

  private:
    NewBackupFile(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::string path_;
    Fd fd_;  // none once it is kept
};

/// A backup that was read once, from its first line to its last.
class BackupFile {
  public:
    /// Fails with "bad_request" for a file that is no backup, is one of a newer version, or was cut short.
    [[nodiscard]] static Reply<BackupFile> read(const std::string& path);

    /// The parameters that its passphrase goes with; null where it takes a recovery key.
    [[nodiscard]] const Json* kdf() const noexcept { return head_.find("kdf"); }
    [[nodiscard]] std::int64_t records() const noexcept { return std::ssize(records_); }
    /// What seals their number.
    [[nodiscard]] std::string_view end() const noexcept { return end_; }

    /// Reads it again, and hands on each record as it stands there; stops at one that does not stand as it did.
    using Take = std::function<Reply<void>(std::string_view line)>;
    [[nodiscard]] Reply<void> each_record(const Take& take) const;

  private:
    explicit BackupFile(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] Reply<void> read_head(std::string_view line);
    /// Whether the line is the end.
    [[nodiscard]] Reply<bool> read_line(std::string_view line);
    [[nodiscard]] tl::unexpected<Error> refusal(const std::string& what) const;

    /// Whether a record may stand behind those that were read.
    [[nodiscard]] bool is_next(const Json& record);

    std::string path_;
    Json head_;
    std::vector<std::size_t> records_;  // a hash of each
    bool last_is_app_ = true;           // of the record that was read last
    std::string last_name_;
    std::string end_;
};

}  // namespace agent
