// SPDX-License-Identifier: Apache-2.0
#include "io/store/store_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fd.h"
#include "base/text/encoding.h"
#include "io/store/store_format.h"

namespace agent {

namespace {

// It stands in the header of the file, as the number of the format does, where file(1) and every SQLite tool find them.
constexpr std::int64_t kApplicationId = 0x636c696f;  // "clio"
constexpr std::int64_t kNoTables = 0;                // where the format stands

std::string message(const std::string& path, const std::string& reason) {
    return "store: " + path + ": " + reason;
}

tl::unexpected<Error> cannot_open(const std::string& path) {
    return fail(Error::Code::kInternal, message(path, std::strerror(errno)));
}

tl::unexpected<Error> not_a_store(const std::string& path) {
    return fail(Error::Code::kConflict, message(path, "is not a cliod store"));
}

tl::unexpected<Error> refusal(const std::string& path, sqlite3* db) {
    switch (::sqlite3_errcode(db) & 0xff) {
        case SQLITE_NOTADB:
            return not_a_store(path);
        case SQLITE_CORRUPT:
            return fail(Error::Code::kInternal, message(path, "is damaged: " + sqlite_reason(db)));
        case SQLITE_BUSY:
            return fail(Error::Code::kConflict, message(path, "is in use by another process"));
        default:
            return fail(Error::Code::kInternal, message(path, sqlite_reason(db)));
    }
}

Result<SqlitePtr> connect(const std::string& name, int flags, const std::string& path) {
    sqlite3* raw = nullptr;
    const int opened = ::sqlite3_open_v2(name.c_str(), &raw, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    SqlitePtr db(raw);
    if (opened != SQLITE_OK) return refusal(path, db.get());
    sqlite_trust_only_rows(db.get());
    return db;
}

/// The format of the store; kNoTables for an empty database.
Result<std::int64_t> recognise(sqlite3* db, const std::string& path) {
    SqliteStatement query(db,
                          "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
                          " FROM pragma_application_id, pragma_user_version");
    if (query.step() != SQLITE_ROW) return refusal(path, db);
    const std::int64_t application = query.integer(0);
    const std::int64_t format = query.integer(1);
    if (application == 0 && format == 0 && query.integer(2) == 0) return kNoTables;
    if (application != kApplicationId || format < 1) return not_a_store(path);
    const std::int64_t newest = newest_store_format();
    if (format > newest)
        return fail(Error::Code::kConflict,
                    message(path, "was made by a newer cliod (format " + std::to_string(format) +
                                      "; this one reads up to " + std::to_string(newest) +
                                      "): install that one again, or put back what it may have kept as " +
                                      kept_store(path, newest)));
    return format;
}

/// One who can put a file here could put one with tables of their own making.
Result<void> check_layout(sqlite3* db, const std::string& path, std::int64_t format) {
    AGENT_TRY(const SqlitePtr model, connect(":memory:", SQLITE_OPEN_READWRITE, path));
    if (make_store_tables(model.get(), format) != SQLITE_OK) return refusal(path, model.get());
    if (sqlite_layout(db) == sqlite_layout(model.get())) return {};
    return fail(Error::Code::kConflict, message(path, "has other tables, triggers or views than a cliod store"));
}

/// Looks at an existing file without locking, recovering or writing anything.
Result<void> recognise_untouched(const std::string& path) {
    AGENT_TRY(const SqlitePtr db,
              connect("file:" + percent_encode(path) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, path));
    AGENT_CHECK(recognise(db.get(), path));
    return {};
}

/// Makes the file, private from its first moment, or checks the one there is. SQLite gives the files that it puts
/// beside it the same mode.
Result<void> prepare_file(const std::string& path) {
    if (Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600))) return {};
    if (errno != EEXIST) return cannot_open(path);

    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return cannot_open(path);
    if (!S_ISREG(status.st_mode)) return not_a_store(path);
    if ((status.st_mode & 077) != 0) {
        return fail(Error::Code::kForbidden, message(path, "others may read or write it; chmod 600 it"));
    }
    // With a rollback journal beside it the file may be half a transaction, to be recovered first.
    struct stat journal {};
    const bool is_whole = ::stat((path + "-journal").c_str(), &journal) != 0;
    return is_whole && status.st_size != 0 ? recognise_untouched(path) : Result<void>();
}

Result<void> check_whole(sqlite3* db, const std::string& path) {
    SqliteStatement check(db, "PRAGMA quick_check(1)");
    if (check.step() != SQLITE_ROW) return refusal(path, db);
    if (const std::string found = check.text(0); found != "ok") {
        return fail(Error::Code::kInternal, message(path, "is damaged: " + found));
    }
    return {};
}

Result<std::string> read_id(sqlite3* db, const std::string& path) {
    SqliteStatement query(db, "SELECT value FROM meta WHERE name = 'store_id'");
    switch (query.step()) {
        case SQLITE_ROW:
            return query.text(0);
        case SQLITE_DONE:
            return fail(Error::Code::kInternal, message(path, "is damaged: it has no id"));
        default:
            return refusal(path, db);
    }
}

}  // namespace

Duration StoreFile::longest_opening(const std::filesystem::path& path) {
    constexpr Duration kSlowStart = std::chrono::seconds(20);
    constexpr std::uintmax_t kBytesPerSecond = 2'000'000;  // the whole file is checked, then read
    std::error_code none_yet;
    const std::uintmax_t size = std::filesystem::file_size(path, none_yet);
    return none_yet ? kSlowStart : kSlowStart + std::chrono::seconds(size / kBytesPerSecond);
}

Result<void> StoreFile::overwrite_removed() {
    if (sqlite_execute(db(), "PRAGMA wal_checkpoint(TRUNCATE)") == SQLITE_OK) return {};
    return fail(Error::Code::kTemporarilyUnavailable, message(path_, sqlite_reason(db())));
}

Result<StoreFile> StoreFile::open(const std::filesystem::path& path) {
    StoreFile file;
    file.path_ = path;
    AGENT_CHECK(prepare_file(file.path_));
    AGENT_TRY(file.db_, connect(file.path_, SQLITE_OPEN_READWRITE, file.path_));
    sqlite3* const db = file.db_.get();
    // SQLite opens what it may not write all the same.
    if (::sqlite3_db_readonly(db, "main") != 0) {
        return fail(Error::Code::kInternal, message(file.path_, "cannot be written"));
    }

    // Until all is well, not even closing may change anything.
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    // Before the first read, so that the index of the write-ahead log lies in memory and in no shared file.
    if (sqlite_execute(db, "PRAGMA locking_mode = EXCLUSIVE") != SQLITE_OK) return refusal(file.path_, db);
    AGENT_TRY(const std::int64_t format, recognise(db, file.path_));
    // FULL: each commit is synced. secure_delete: what is replaced is overwritten.
    if (sqlite_execute(db, "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON") != SQLITE_OK)
        return refusal(file.path_, db);
    // The first transaction needs a rollback journal: with it the file's header tells whose it is from the start.
    if (format == kNoTables && make_store_tables(db, newest_store_format()) != SQLITE_OK)
        return refusal(file.path_, db);
    AGENT_CHECK(check_whole(db, file.path_));
    AGENT_CHECK(check_layout(db, file.path_, format == kNoTables ? newest_store_format() : format));
    AGENT_TRY(file.id_, read_id(db, file.path_));
    if (format != kNoTables && format < newest_store_format()) AGENT_CHECK(migrate_store(db, file.path_, format));
    if (sqlite_execute(db, "PRAGMA journal_mode = WAL") != SQLITE_OK) return refusal(file.path_, db);
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    return file;
}

}  // namespace agent
