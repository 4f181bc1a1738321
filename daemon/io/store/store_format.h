// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "io/store/sqlite.h"

namespace agent {

// What the tables of a store look like. Each release that changes them adds a number, and the step that leads to it.

/// The format that this program writes.
[[nodiscard]] std::int64_t newest_store_format() noexcept;

/// Makes the tables of a format in an empty database, in one transaction. Returns an SQLite result code.
[[nodiscard]] int make_store_tables(sqlite3* db, std::int64_t format) noexcept;

/// Where the store at `path` is kept as it was in `format`, before it was brought to the next ones.
[[nodiscard]] std::string kept_store(const std::string& path, std::int64_t format);

/// Brings a store of the older format `format` to the newest, in one transaction. Before that it keeps a copy of it
/// beside it (mode 0600, synced), with every record and key slot that it has now. On failure, with kInternal, the store
/// is as before.
[[nodiscard]] Result<void> migrate_store(sqlite3* db, const std::string& path, std::int64_t format);

}  // namespace agent
