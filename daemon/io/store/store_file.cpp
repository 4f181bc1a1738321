// SPDX-License-Identifier: Apache-2.0
#include "io/store/store_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fd.h"
#include "base/text/encoding.h"

namespace agent {

namespace {

// Both stand in the header of the file, where file(1) and every SQLite tool find them.
constexpr std::int64_t kApplicationId = 0x636c696f;  // "clio"
constexpr std::int64_t kVersion = 1;

constexpr const char* kSchema = R"sql(
    BEGIN EXCLUSIVE;
    CREATE TABLE meta (
        name  TEXT PRIMARY KEY,
        value TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO meta VALUES ('store_id', lower(hex(randomblob(16))));
    CREATE TABLE counter (
        name  TEXT PRIMARY KEY,
        value INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    INSERT INTO counter VALUES ('key_slot', 0);
    CREATE TABLE key_slot (
        id             INTEGER PRIMARY KEY,
        kind           TEXT NOT NULL,     -- what its key comes from: 'file', 'credential', 'passphrase', 'recovery'
        source         TEXT NOT NULL,     -- the path of the file, the name of the credential
        made_at        INTEGER NOT NULL,  -- seconds since 1970
        kdf_operations INTEGER NOT NULL,  -- of a passphrase, as are the next two
        kdf_memory     INTEGER NOT NULL,
        kdf_salt       BLOB NOT NULL,
        public_half    BLOB NOT NULL,     -- of the slot's key
        wrapped        BLOB NOT NULL,     -- the data key, for that key
        proof          BLOB NOT NULL      -- by the data key, that the slot is as it was made
    ) STRICT;
    CREATE TABLE previous_data_key (
        sealed BLOB NOT NULL  -- with the present one, until no record needs it
    ) STRICT;
    CREATE TABLE record (
        kind       INTEGER NOT NULL,
        name       TEXT NOT NULL,
        generation INTEGER NOT NULL,
        sealed     BLOB NOT NULL,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 0x636c696f;
    PRAGMA user_version = 1;
    COMMIT;
)sql";

enum class Content { kEmpty, kStore };

std::string message(const std::string& path, const std::string& reason) {
    return "store: " + path + ": " + reason;
}

tl::unexpected<Error> system_refusal(const std::string& path) {
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
    return db;
}

Result<Content> recognise(sqlite3* db, const std::string& path) {
    SqliteStatement query(db,
                          "SELECT application_id, user_version, (SELECT count(*) FROM sqlite_schema)"
                          " FROM pragma_application_id, pragma_user_version");
    if (query.step() != SQLITE_ROW) return refusal(path, db);
    const std::int64_t application = query.integer(0);
    const std::int64_t version = query.integer(1);
    if (application == 0 && version == 0 && query.integer(2) == 0) return Content::kEmpty;
    if (application != kApplicationId || version < kVersion) return not_a_store(path);
    if (version > kVersion) {
        return fail(Error::Code::kConflict,
                    message(path, "was made by a newer cliod (format " + std::to_string(version) + "; this one reads " +
                                      std::to_string(kVersion) + ")"));
    }
    return Content::kStore;
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
    if (errno != EEXIST) return system_refusal(path);

    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_refusal(path);
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
    AGENT_TRY(const Content content, recognise(db, file.path_));
    // The first transaction needs a rollback journal: with it the file's header tells whose it is from the start.
    if (content == Content::kEmpty && sqlite_execute(db, kSchema) != SQLITE_OK) return refusal(file.path_, db);
    AGENT_CHECK(check_whole(db, file.path_));
    AGENT_TRY(file.id_, read_id(db, file.path_));

    // FULL: each commit is synced. secure_delete: what is replaced is overwritten.
    constexpr const char* kSettings = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON";
    if (sqlite_execute(db, kSettings) != SQLITE_OK) return refusal(file.path_, db);
    ::sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
    return file;
}

}  // namespace agent
