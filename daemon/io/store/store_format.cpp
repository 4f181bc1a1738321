// SPDX-License-Identifier: Apache-2.0
#include "io/store/store_format.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "base/fd.h"
#include "base/log.h"
#include "io/store/folder.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

// Never changed: what is here was released. A step is tested with a store that the release before it made
// (tests/adapters/stores).
constexpr std::array kSteps = {
    // 1
    R"sql(
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
)sql",
    // 2: each write of a record has a number of its own.
    R"sql(
    ALTER TABLE record ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
    PRAGMA user_version = 2;
)sql",
};

/// Carries out the steps that lead from one format to another; all or none.
int take_steps(sqlite3* db, std::int64_t from, std::int64_t to) noexcept {
    int code = sqlite_execute(db, "BEGIN EXCLUSIVE");
    for (auto step = static_cast<std::size_t>(from); code == SQLITE_OK && step < static_cast<std::size_t>(to); ++step)
        code = sqlite_execute(db, kSteps.at(step));
    if (code == SQLITE_OK) code = sqlite_execute(db, "COMMIT");
    return code;
}

tl::unexpected<Error> failure(const std::string& path, std::int64_t format, const std::string& reason) {
    return fail(Error::Code::kInternal, "store: " + path + ": cannot be brought from format " + std::to_string(format) +
                                            " to " + std::to_string(newest_store_format()) + ": " + reason +
                                            "; it was left as it is");
}

/// Empty, or why not.
std::string keep_copy(sqlite3* db, const std::string& path, const std::string& copy) {
    // Under another name until it is whole: a copy that is there can be relied on.
    const std::string unfinished = copy + ".new";
    const auto refused = [&](const std::string& reason) {
        ::unlink(unfinished.c_str());
        return "no copy could be kept as " + copy + ": " + reason;
    };
    ::unlink(unfinished.c_str());
    if (!Fd(::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)))
        return refused(std::strerror(errno));
    SqliteStatement copying(db, "VACUUM INTO ?1");
    if (copying.bind(1, std::string_view(unfinished)).step() != SQLITE_DONE) return refused(sqlite_reason(db));
    const Fd written(::open(unfinished.c_str(), O_RDONLY | O_CLOEXEC));
    if (!written || ::fsync(written.get()) != 0 || std::rename(unfinished.c_str(), copy.c_str()) != 0)
        return refused(std::strerror(errno));
    if (const int error = sync_folder_of(path); error != 0) return refused(std::strerror(error));
    return {};
}

}  // namespace

std::int64_t newest_store_format() noexcept {
    return std::ssize(kSteps);
}

int make_store_tables(sqlite3* db, std::int64_t format) noexcept {
    return take_steps(db, 0, format);
}

std::string kept_store(const std::string& path, std::int64_t format) {
    return path + ".format-" + std::to_string(format);
}

Result<void> migrate_store(sqlite3* db, const std::string& path, std::int64_t format) {
    const std::string copy = kept_store(path, format);
    if (const std::string why = keep_copy(db, path, copy); !why.empty()) return failure(path, format, why);
    if (take_steps(db, format, newest_store_format()) != SQLITE_OK) {
        const std::string reason = sqlite_reason(db);
        static_cast<void>(sqlite_execute(db, "ROLLBACK"));  // SQLite may have done so on its own
        return failure(path, format, reason);
    }
    log(LogLevel::kNotice, log_event("store_migrated"), "the store was brought to a newer format",
        {{"format", std::to_string(newest_store_format())}, {"kept", copy}});
    return {};
}

}  // namespace agent
