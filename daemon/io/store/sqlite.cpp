// SPDX-License-Identifier: Apache-2.0
#include "io/store/sqlite.h"

#include <cstring>

namespace agent {

namespace {

/// errno of the last failed call for the journal. SQLite keeps it by file, and for the whole connection only when a
/// file cannot be opened.
int journal_errno(sqlite3* db) noexcept {
    sqlite3_file* journal = nullptr;
    int error = 0;
    ::sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &journal);
    if (journal == nullptr || journal->pMethods == nullptr) return 0;
    journal->pMethods->xFileControl(journal, SQLITE_FCNTL_LAST_ERRNO, &error);
    return error;
}

}  // namespace

std::string sqlite_reason(sqlite3* db) {
    std::string reason = ::sqlite3_errmsg(db);
    const int code = ::sqlite3_errcode(db) & 0xff;  // without what the extended code adds
    int system_error = 0;
    if (code == SQLITE_CANTOPEN) system_error = ::sqlite3_system_errno(db);
    if (code == SQLITE_IOERR) system_error = journal_errno(db);
    if (system_error != 0) reason.append(": ").append(std::strerror(system_error));
    return reason;
}

void sqlite_trust_only_rows(sqlite3* db) noexcept {
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
}

std::string sqlite_layout(sqlite3* db) {
    std::string layout;
    // Without the tables that SQLite makes on its own; a virtual table is told by its words.
    SqliteStatement things(db,
                           "SELECT type, name, upper(substr(sql, 1, 13)) FROM sqlite_schema"
                           " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name");
    while (things.step() == SQLITE_ROW) {
        layout += things.text(0) + " " + things.text(1) + " " + things.text(2) + ":";
        SqliteStatement columns(db, "SELECT name, type, \"notnull\", pk, hidden FROM pragma_table_xinfo(?1)");
        const std::string name = things.text(1);
        columns.bind(1, std::string_view(name));
        while (columns.step() == SQLITE_ROW) {
            layout += " " + columns.text(0) + " " + columns.text(1);
            for (const int number : {2, 3, 4}) layout += " " + std::to_string(columns.integer(number));
            layout += ",";
        }
        layout += "\n";
    }
    return layout;
}

int sqlite_execute(sqlite3* db, const char* sql) noexcept {
    return ::sqlite3_exec(db, sql, nullptr, nullptr, nullptr);
}

SqliteTransaction::SqliteTransaction(sqlite3* db) noexcept
    : db_(db), open_(sqlite_execute(db, "BEGIN IMMEDIATE") == SQLITE_OK) {}

SqliteTransaction::~SqliteTransaction() {
    if (open_) static_cast<void>(sqlite_execute(db_, "ROLLBACK"));
}

bool SqliteTransaction::commit() noexcept {
    const bool committed = open_ && sqlite_execute(db_, "COMMIT") == SQLITE_OK;
    open_ = open_ && !committed;
    return committed;
}

SqliteStatement::SqliteStatement(sqlite3* db, std::string_view sql) noexcept {
    sqlite3_stmt* prepared = nullptr;
    unprepared_ = ::sqlite3_prepare_v2(db, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr);
    statement_.reset(prepared);
}

SqliteStatement& SqliteStatement::bind(int parameter, std::int64_t value) noexcept {
    ::sqlite3_bind_int64(statement_.get(), parameter, value);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::string_view text) noexcept {
    ::sqlite3_bind_text64(statement_.get(), parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8);
    return *this;
}

SqliteStatement& SqliteStatement::bind(int parameter, std::span<const std::byte> bytes) noexcept {
    const void* const data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());  // a null pointer means NULL
    ::sqlite3_bind_blob64(statement_.get(), parameter, data, bytes.size(), SQLITE_STATIC);
    return *this;
}

int SqliteStatement::step() noexcept {
    return unprepared_ == SQLITE_OK ? ::sqlite3_step(statement_.get()) : unprepared_;
}

void SqliteStatement::reset() noexcept {
    ::sqlite3_reset(statement_.get());
    ::sqlite3_clear_bindings(statement_.get());
}

std::int64_t SqliteStatement::integer(int column) const noexcept {
    return ::sqlite3_column_int64(statement_.get(), column);
}

std::string SqliteStatement::text(int column) const {
    const std::span<const std::byte> read = bytes_at(column);
    return {reinterpret_cast<const char*>(read.data()), read.size()};
}

Bytes SqliteStatement::bytes(int column) const {
    const std::span<const std::byte> read = bytes_at(column);
    return {read.begin(), read.end()};
}

std::span<const std::byte> SqliteStatement::bytes_at(int column) const noexcept {
    const void* const data = ::sqlite3_column_blob(statement_.get(), column);
    const int size = ::sqlite3_column_bytes(statement_.get(), column);
    return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

}  // namespace agent
