// SPDX-License-Identifier: Apache-2.0
#include "io/store/witness.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/fd.h"
#include "io/store/stored_row.h"

namespace agent {

namespace {

constexpr std::int64_t kWitnessId = 0x636c6977;  // "cliw", in the header of the file

constexpr const char* kSchema = R"sql(
    BEGIN EXCLUSIVE;
    CREATE TABLE witnessed (
        store_id TEXT NOT NULL
    ) STRICT;
    CREATE TABLE seen (
        kind       INTEGER NOT NULL,
        name       TEXT NOT NULL,
        generation INTEGER NOT NULL,
        PRIMARY KEY (kind, name)
    ) STRICT, WITHOUT ROWID;
    PRAGMA application_id = 0x636c6977;
    COMMIT;
)sql";

tl::unexpected<Error> refused(Error::Code code, const std::string& path, const std::string& why) {
    return fail(code, "witness: " + path + ": " + why);
}

Result<void> make_private(const std::string& path) {
    if (Fd(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600))) return {};
    struct stat status {};
    if (errno != EEXIST || ::stat(path.c_str(), &status) != 0)
        return refused(Error::Code::kInternal, path, std::strerror(errno));
    if (!S_ISREG(status.st_mode)) return refused(Error::Code::kConflict, path, "is not a file");
    if ((status.st_mode & 077) != 0)
        return refused(Error::Code::kForbidden, path, "others may read or write it; chmod 600 it");
    return {};
}

/// Writes down what is seen, within a transaction. Each says whether it was done.
class Notes {
  public:
    explicit Notes(sqlite3* db)
        : see_(db,
               "INSERT INTO seen (kind, name, generation) VALUES (?1, ?2, ?3)"
               " ON CONFLICT DO UPDATE SET generation = max(generation, excluded.generation)"),
          forget_(db, "DELETE FROM seen WHERE kind = ?1 AND name = ?2") {}

    [[nodiscard]] bool see(const StoredRow& row) {
        see_.bind(1, stored_kind(row.kind)).bind(2, std::string_view(row.name));
        see_.bind(3, static_cast<std::int64_t>(row.generation));
        return done(see_);
    }
    [[nodiscard]] bool forget(const StoredRow& row) {
        forget_.bind(1, stored_kind(row.kind)).bind(2, std::string_view(row.name));
        return done(forget_);
    }

  private:
    static bool done(SqliteStatement& statement) {
        const bool is_done = statement.step() == SQLITE_DONE;
        if (is_done) statement.reset();
        return is_done;
    }

    SqliteStatement see_;
    SqliteStatement forget_;
};

/// Whether all of it was done; if not, nothing was.
bool in_one_transaction(sqlite3* db, const std::function<bool()>& work) {
    SqliteTransaction transaction(db);
    return transaction.has_begun() && work() && transaction.commit();
}

}  // namespace

tl::unexpected<Error> Witness::refusal() const {
    return refused(Error::Code::kInternal, path_, sqlite_reason(db_.get()));
}

Result<Witness> Witness::open(const std::string& path, const std::string& store_id) {
    AGENT_CHECK(make_private(path));
    Witness witness(path);
    sqlite3* raw = nullptr;
    const int opened = ::sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
    witness.db_.reset(raw);
    sqlite3* const db = witness.db_.get();
    if (opened == SQLITE_OK) sqlite_trust_only_rows(db);
    if (opened != SQLITE_OK || sqlite_execute(db, "PRAGMA locking_mode = EXCLUSIVE") != SQLITE_OK)
        return witness.refusal();
    {
        SqliteStatement query(db,
                              "SELECT application_id, (SELECT count(*) FROM sqlite_schema) FROM pragma_application_id");
        const int found = query.step();
        const bool is_empty = found == SQLITE_ROW && query.integer(0) == 0 && query.integer(1) == 0;
        if (found == SQLITE_NOTADB || (found == SQLITE_ROW && !is_empty && query.integer(0) != kWitnessId))
            return refused(Error::Code::kConflict, path, "is not the witness of a cliod store");
        if (found != SQLITE_ROW) return witness.refusal();
        query.reset();
        if (is_empty && sqlite_execute(db, kSchema) != SQLITE_OK) return witness.refusal();
        sqlite3* model = nullptr;
        ::sqlite3_open_v2(":memory:", &model, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
        const SqlitePtr made(model);
        if (sqlite_execute(model, kSchema) != SQLITE_OK) return witness.refusal();
        if (sqlite_layout(db) != sqlite_layout(model))
            return refused(Error::Code::kConflict, path, "has other tables, triggers or views than a witness");
    }
    // NORMAL: nobody waits for it to be on the disk.
    if (sqlite_execute(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL") != SQLITE_OK)
        return witness.refusal();
    SqliteStatement query(db, "SELECT store_id FROM witnessed");
    const int found = query.step();
    if (found != SQLITE_ROW && found != SQLITE_DONE) return witness.refusal();
    witness.is_new_ = found == SQLITE_DONE || query.text(0) != store_id;
    query.reset();
    if (!witness.is_new_) return witness;
    const bool made = in_one_transaction(db, [&] {
        if (sqlite_execute(db, "DELETE FROM seen; DELETE FROM witnessed") != SQLITE_OK) return false;
        SqliteStatement name(db, "INSERT INTO witnessed VALUES (?1)");
        return name.bind(1, std::string_view(store_id)).step() == SQLITE_DONE;
    });
    if (!made) return witness.refusal();
    return witness;
}

Result<std::vector<SeenRecord>> Witness::read() {
    std::vector<SeenRecord> records;
    SqliteStatement query(db_.get(), "SELECT kind, name, generation FROM seen");
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        const auto kind = kind_from(query.integer(0));
        if (!kind) return refused(Error::Code::kInternal, path_, "is damaged: a record of no kind");
        records.push_back(
            {.kind = *kind, .name = query.text(1), .generation = static_cast<std::uint64_t>(query.integer(2))});
    }
    if (code != SQLITE_DONE) return refusal();
    return records;
}

Result<void> Witness::note(std::span<const StoreChange> changes, std::span<const Result<void>> results) {
    sqlite3* const db = db_.get();
    const bool noted = in_one_transaction(db, [&] {
        Notes notes(db);
        for (std::size_t i = 0; i < changes.size(); ++i) {
            const bool removed = changes[i].action == StoreChange::Action::kRemove;
            if (results[i] && !(removed ? notes.forget(changes[i].row) : notes.see(changes[i].row))) return false;
        }
        return true;
    });
    if (!noted) return refusal();
    return {};
}

Result<void> Witness::start_over(const EachRow& rows) {
    sqlite3* const db = db_.get();
    Result<void> read;
    const bool begun = in_one_transaction(db, [&] {
        Notes notes(db);
        bool all_seen = sqlite_execute(db, "DELETE FROM seen") == SQLITE_OK;
        read = rows([&](const StoredRow& row) { all_seen = all_seen && notes.see(row); });
        return all_seen && read;
    });
    AGENT_CHECK(std::move(read));
    if (!begun) return refusal();
    is_new_ = false;
    return {};
}

}  // namespace agent
