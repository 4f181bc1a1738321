// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/c_ptr.h"
#include "base/crypto/sealing.h"

namespace agent {

using SqlitePtr = std::unique_ptr<sqlite3, FreeWith<sqlite3_close>>;

/// What SQLite and the system say about the last failed call: "disk I/O error: File too large".
[[nodiscard]] std::string sqlite_reason(sqlite3* db);

/// Has SQLite run and trust nothing of what is in the file but its rows: no triggers, no views, no functions in its
/// schema, no changes of the schema itself behind its back.
void sqlite_trust_only_rows(sqlite3* db) noexcept;

/// The tables of `db` and their columns, as one text; other things in its schema, such as triggers, by their kind.
[[nodiscard]] std::string sqlite_layout(sqlite3* db);

/// Runs one or more statements whose rows do not matter. Returns an SQLite result code.
[[nodiscard]] int sqlite_execute(sqlite3* db, const char* sql) noexcept;

/// One transaction, which may write. It is rolled back unless it was committed; SQLite may have done so by itself.
class SqliteTransaction {
  public:
    explicit SqliteTransaction(sqlite3* db) noexcept;
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;
    ~SqliteTransaction();

    [[nodiscard]] bool has_begun() const noexcept { return open_; }
    /// Whether all of it is done now.
    [[nodiscard]] bool commit() noexcept;

  private:
    sqlite3* db_;
    bool open_;
};

/// One prepared statement. Parameters are numbered from 1, columns from 0. Bound texts and bytes are not copied: they
/// must live until the statement is reset or destroyed.
class SqliteStatement {
  public:
    /// When it cannot be prepared, step() tells why.
    SqliteStatement(sqlite3* db, std::string_view sql) noexcept;

    SqliteStatement& bind(int parameter, std::int64_t value) noexcept;
    SqliteStatement& bind(int parameter, std::string_view text) noexcept;
    SqliteStatement& bind(int parameter, std::span<const std::byte> bytes) noexcept;

    /// SQLITE_ROW, SQLITE_DONE or an error.
    [[nodiscard]] int step() noexcept;
    /// Makes it ready for other parameters.
    void reset() noexcept;

    [[nodiscard]] std::int64_t integer(int column) const noexcept;
    [[nodiscard]] std::string text(int column) const;
    [[nodiscard]] Bytes bytes(int column) const;

  private:
    [[nodiscard]] std::span<const std::byte> bytes_at(int column) const noexcept;

    int unprepared_ = SQLITE_OK;  // why there is no statement
    std::unique_ptr<sqlite3_stmt, FreeWith<sqlite3_finalize>> statement_;
};

}  // namespace agent
