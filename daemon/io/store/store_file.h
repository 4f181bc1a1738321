// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "io/store/sqlite.h"

namespace agent {

/// The database of the agent: one SQLite file, opened, recognised and locked.
///
/// It is held exclusively: while it is open no other process can open it, and the kernel releases it with the process.
class StoreFile {
  public:
    /// Opens the store at `path`, or makes a new one (mode 0600) when there is none; one of an older format is brought
    /// to the present one, and kept beside it as it was (io/store/store_format.h). Never changes any other file. Fails
    /// with
    /// - kConflict "… is not a cliod store" for any other file,
    /// - kConflict "… was made by a newer cliod", with both formats,
    /// - kConflict "… is in use by another process",
    /// - kForbidden when others than its owner can read or write the file,
    /// - kInternal "… is damaged", "… cannot be brought …", or when the system refuses.
    [[nodiscard]] static Result<StoreFile> open(const std::filesystem::path& path);

    /// How long opening and loading the store at `path` may take on a slow disk, judged by its size.
    [[nodiscard]] static Duration longest_opening(const std::filesystem::path& path);

    /// Takes the log into the file, where what was removed or replaced is overwritten then (secure_delete), and empties
    /// it: who copies them later has nothing of that. What was committed is durable, whether this fails or not.
    [[nodiscard]] Result<void> overwrite_removed();

    [[nodiscard]] sqlite3* db() const noexcept { return db_.get(); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// 32 hexadecimal digits, drawn when the store was made: tells it from every other store.
    [[nodiscard]] const std::string& id() const noexcept { return id_; }

  private:
    StoreFile() = default;

    std::string path_;
    SqlitePtr db_;
    std::string id_;
};

}  // namespace agent
