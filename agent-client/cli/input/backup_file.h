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

// A backup is a file of JSON lines. The first line has the format and the parameters that derive its key from a
// passphrase, the last line the number of records; between them is one record per line, apps before accounts, each kind
// sorted by name. The agent seals the records and the end: nobody else can read them, and the agent notices if one was
// altered, added or removed. The order rules out a duplicate in place of a removed record.

/// Copies the parameters of a passphrase (schema "kdf"), as member "kdf". Fails if any is missing.
[[nodiscard]] Reply<void> write_kdf(JsonWriter& out, const Json& kdf);

/// A backup being written. The destructor removes the file unless keep() was called; if the process is killed, the file
/// left behind has no end.
class NewBackupFile {
  public:
    /// Fails with "conflict" if `path` exists. Only the owner can read the file.
    [[nodiscard]] static Reply<NewBackupFile> create(const std::string& path);
    /// The same check in advance, before a person types a passphrase.
    [[nodiscard]] static Reply<void> may_be_at(const std::string& path);
    NewBackupFile(NewBackupFile&&) noexcept = default;
    NewBackupFile& operator=(NewBackupFile&&) = delete;
    ~NewBackupFile();

    /// Adds a line of JSON, and the newline.
    [[nodiscard]] Reply<void> write(std::string_view line);
    /// Makes it durable.
    [[nodiscard]] Reply<void> keep();
    /// The same, in the place of `other`, which another one holds and which it replaces.
    [[nodiscard]] Reply<void> keep_instead_of(NewBackupFile& other);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    NewBackupFile(std::string path, Fd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    std::string path_;
    Fd fd_;  // invalid once it is kept
};

/// A backup that was read and checked once from start to end.
class BackupFile {
  public:
    /// Fails with "bad_request" for a file that is not a backup, has a newer format, or is truncated.
    [[nodiscard]] static Reply<BackupFile> read(const std::string& path);

    /// The parameters for its passphrase; null if a recovery key opens it.
    [[nodiscard]] const Json* kdf() const noexcept { return head_.find("kdf"); }
    [[nodiscard]] std::int64_t records() const noexcept { return std::ssize(records_); }
    /// The seal of their number.
    [[nodiscard]] std::string_view end() const noexcept { return end_; }

    /// Reads it again and passes on each record verbatim; stops at one that has changed.
    using Take = std::function<Reply<void>(std::string_view line)>;
    [[nodiscard]] Reply<void> each_record(const Take& take) const;

  private:
    explicit BackupFile(std::string path) : path_(std::move(path)) {}

    [[nodiscard]] Reply<void> read_head(std::string_view line);
    /// True if the line is the end.
    [[nodiscard]] Reply<bool> read_line(std::string_view line);
    [[nodiscard]] tl::unexpected<Error> refusal(const std::string& what) const;

    /// Whether `record` may follow those read so far.
    [[nodiscard]] bool is_next(const Json& record);

    std::string path_;
    Json head_;
    std::vector<std::size_t> records_;  // a hash of each
    bool last_is_app_ = true;           // of the record that was read last
    std::string last_name_;
    std::string end_;
};

}  // namespace agent
