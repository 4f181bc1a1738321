// SPDX-License-Identifier: Apache-2.0
#include "io/store/store_file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <set>

#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/files.h"
#include "fakes/temporary_directory.h"

using agent::Error;
using agent::StoreFile;
namespace fs = std::filesystem;
using fakes::mode_of;
using fakes::read_file;
using fakes::write_file;

namespace {

void run_sql(const fs::path& path, const char* sql) {
    sqlite3* db = nullptr;
    cr_assert(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    cr_assert(agent::sqlite_execute(db, sql) == SQLITE_OK, "%s", sqlite3_errmsg(db));
    sqlite3_close(db);
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
}

struct StoreFileFixture {
    /// Expects the file to be refused and left unchanged, with only an empty log next to it.
    void expect_refused(Error::Code code, const char* reason) {
        const std::string before = read_file(path);
        const auto opened = StoreFile::open(path);
        cr_assert_not(opened);
        cr_expect(opened.error().code == code);
        EXPECT_CONTAINS(opened.error().message, "store: " + path.string() + ": ");
        EXPECT_CONTAINS(opened.error().message, reason);
        cr_expect(read_file(path) == before);
        for (const auto& entry : fs::directory_iterator(directory.path())) {
            cr_expect(entry.path() == path || entry.file_size() == 0, "%s", entry.path().c_str());
        }
    }

    fakes::TemporaryDirectory directory;
    fs::path path = directory / "store #1?%41.db";  // a name that an SQLite URI would misread
};

}  // namespace

TestSuite(store_file, .timeout = 60);

Test(store_file, is_made_private_and_recognisable) {
    StoreFileFixture f;
    const auto made = StoreFile::open(f.path);
    cr_assert(made, "%s", made.error().message.c_str());
    cr_expect(made->id().size() == 32);
    cr_expect(agent::sqlite_execute(made->db(), "INSERT INTO meta VALUES ('a', 'b')") == SQLITE_OK);
    for (const auto& entry : fs::directory_iterator(f.directory.path())) {
        cr_expect(mode_of(entry.path()) == 0600, "%s", entry.path().c_str());
    }
    const std::string header = read_file(f.path).substr(0, 100);  // https://sqlite.org/fileformat.html
    EXPECT_TEXT(header.substr(68, 4), "clio");
    EXPECT_TEXT(header.substr(60, 4), std::string("\0\0\0\2", 4));
}

Test(store_file, keeps_its_id) {
    StoreFileFixture f;
    std::set<std::string> ids;
    for (int i = 0; i < 3; ++i) ids.insert(StoreFile::open(f.path).value().id());
    cr_expect(ids.size() == 1);
    ids.insert(StoreFile::open(f.directory / "other.db").value().id());
    cr_expect(ids.size() == 2);
}

Test(store_file, refuses_what_is_no_store) {
    StoreFileFixture f;
    write_file(f.path, "a letter to mother");
    f.expect_refused(Error::Code::kConflict, "is not a cliod store");
    write_file(f.path, std::string(8192, '\0'));
    f.expect_refused(Error::Code::kConflict, "is not a cliod store");
    fs::remove(f.path);
    run_sql(f.path, "PRAGMA journal_mode = WAL; CREATE TABLE bookmarks (url TEXT)");
    f.expect_refused(Error::Code::kConflict, "is not a cliod store");
    fs::remove(f.path);
    run_sql(f.path, "PRAGMA application_id = 7");
    f.expect_refused(Error::Code::kConflict, "is not a cliod store");
}

Test(store_file, refuses_a_directory_and_a_place_that_is_not) {
    StoreFileFixture f;
    const auto directory = StoreFile::open(f.directory.path());
    cr_assert_not(directory);
    EXPECT_CONTAINS(directory.error().message, "is not a cliod store");
    const auto nowhere = StoreFile::open(f.directory / "missing/store.db");
    cr_assert_not(nowhere);
    cr_expect(nowhere.error().code == Error::Code::kInternal);
    EXPECT_CONTAINS(nowhere.error().message, "No such file or directory");
}

Test(store_file, refuses_one_with_tables_triggers_or_views_of_others) {
    for (const char* planted :
         {"CREATE TRIGGER t AFTER INSERT ON record BEGIN DELETE FROM key_slot; END",
          "CREATE VIEW v AS SELECT * FROM record", "CREATE TABLE more (a)", "CREATE INDEX i ON record (generation)",
          "ALTER TABLE record ADD COLUMN shown TEXT AS (hex(sealed))", "DROP TABLE counter",
          "DROP TABLE key_slot; CREATE VIEW key_slot AS SELECT 1 AS id",
          "DROP TABLE meta; CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT); INSERT INTO meta VALUES ('store_id',"
          " 'x')"}) {
        StoreFileFixture f;
        cr_assert(StoreFile::open(f.path));
        run_sql(f.path, planted);
        const auto refused = StoreFile::open(f.path);
        cr_assert_not(refused, "%s", planted);
        cr_expect(refused.error().code == Error::Code::kConflict, "%s: %s", planted, refused.error().message.c_str());
        EXPECT_CONTAINS(refused.error().message, "other tables, triggers or views");
    }
}

Test(store_file, refuses_a_newer_version) {
    StoreFileFixture f;
    cr_assert(StoreFile::open(f.path));
    run_sql(f.path, "PRAGMA user_version = 3; CREATE TABLE something_new (a)");
    f.expect_refused(
        Error::Code::kConflict,
        ("was made by a newer cliod (format 3; this one reads up to 2): install that one again, or put back "
         "what it may have kept as " +
         f.path.string() + ".format-2")
            .c_str());
}

Test(store_file, refuses_a_damaged_database) {
    StoreFileFixture f;
    cr_assert(StoreFile::open(f.path));
    const std::string whole = read_file(f.path);
    std::string damaged = whole;
    for (std::size_t page = 4096; page < damaged.size(); page += 4096) damaged[page] = '\x77';
    write_file(f.path, damaged);
    f.expect_refused(Error::Code::kInternal, "is damaged");
    write_file(f.path, whole.substr(0, 4096));
    f.expect_refused(Error::Code::kInternal, "is damaged");
}

Test(store_file, refuses_damage_that_only_a_check_of_the_whole_file_finds) {
    StoreFileFixture f;
    cr_assert(StoreFile::open(f.path));
    std::string damaged = read_file(f.path) + std::string(4096, '\0');
    cr_assert(damaged[28 + 2] == 0);
    ++damaged[28 + 3];  // the number of pages: the last one belongs to nothing
    write_file(f.path, damaged);
    f.expect_refused(Error::Code::kInternal, "is damaged");
}

namespace {

/// Changes a store as an agent does that is killed then: what was changed is in the log beside it.
void change_and_be_killed(const fs::path& path, const char* sql) {
    const pid_t child = ::fork();
    if (child == 0) {
        const auto store = StoreFile::open(path);
        ::_exit(store && agent::sqlite_execute(store->db(), sql) == SQLITE_OK ? 0 : 1);
    }
    int status = -1;
    cr_assert(::waitpid(child, &status, 0) == child && status == 0);
}

}  // namespace

Test(store_file, that_is_refused_is_not_changed_by_its_own_log) {
    StoreFileFixture f;
    change_and_be_killed(f.path, "DELETE FROM meta");
    const std::string log = f.path.string() + "-wal";
    const std::string before = read_file(f.path);
    const std::string log_before = read_file(log);
    cr_assert(!log_before.empty());
    const auto refused = StoreFile::open(f.path);
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "it has no id");
    cr_expect(read_file(f.path) == before);
    cr_expect(read_file(log) == log_before);
}

Test(store_file, takes_in_its_log_when_it_is_closed) {
    StoreFileFixture f;
    const std::string log = f.path.string() + "-wal";
    change_and_be_killed(f.path, "INSERT INTO meta VALUES ('note', 'what was stored last')");
    cr_assert(read_file(f.path).find("what was stored last") == std::string::npos);
    cr_assert(StoreFile::open(f.path));
    cr_expect(read_file(f.path).find("what was stored last") != std::string::npos);
    cr_expect_not(fs::exists(log));
}

Test(store_file, overwrites_what_is_replaced) {
    StoreFileFixture f;
    const std::string secret = "what nobody is to find again";
    const auto is_there = [&] { return read_file(f.path).find(secret) != std::string::npos; };
    const auto change = [&](const std::string& sql) {
        const auto store = StoreFile::open(f.path);
        cr_assert(store && agent::sqlite_execute(store->db(), sql.c_str()) == SQLITE_OK);
    };
    change("INSERT INTO meta VALUES ('note', '" + secret + "'), ('note 2', 'longer than it: " + secret + "')");
    cr_assert(is_there());
    change("UPDATE meta SET value = 'short' WHERE name = 'note'; DELETE FROM meta WHERE name = 'note 2'");
    cr_expect_not(is_there());
}

Test(store_file, refuses_a_file_that_others_may_read) {
    StoreFileFixture f;
    cr_assert(StoreFile::open(f.path));
    for (const unsigned mode : {0640U, 0604U, 0602U}) {
        cr_assert(::chmod(f.path.c_str(), mode) == 0);
        f.expect_refused(Error::Code::kForbidden, "others may read or write it");
    }
}

Test(store_file, is_held_by_one_process_until_it_ends) {
    StoreFileFixture f;
    std::array<int, 2> ready{};
    std::array<int, 2> may_end{};
    cr_assert(::pipe(ready.data()) == 0 && ::pipe(may_end.data()) == 0);
    const pid_t other = ::fork();
    char byte = 0;
    if (other == 0) {
        const auto held = StoreFile::open(f.path);
        [[maybe_unused]] const ssize_t told = ::write(ready[1], "r", 1);
        [[maybe_unused]] const ssize_t heard = ::read(may_end[0], &byte, 1);
        ::_exit(held ? 0 : 1);  // as if killed: nothing is closed
    }
    cr_assert(::read(ready[0], &byte, 1) == 1);
    const auto refused = StoreFile::open(f.path);
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kConflict);
    EXPECT_CONTAINS(refused.error().message, "is in use by another process");

    cr_assert(::write(may_end[1], "e", 1) == 1);
    int status = -1;
    cr_assert(::waitpid(other, &status, 0) == other);
    cr_expect(status == 0);
    cr_expect(StoreFile::open(f.path));
}

Test(store_file, can_be_made_again_after_a_crash_at_any_point_of_making_it) {
    auto& disk = fakes::FaultyVfs::install();
    const fakes::TemporaryDirectory directory;
    bool made = false;
    int operation = 0;
    for (; !made && operation < 1000; ++operation) {
        const fs::path path = directory / std::to_string(operation).c_str();
        disk.fail_from(operation, SQLITE_IOERR_WRITE);
        const auto opened = StoreFile::open(path);
        made = opened.has_value();
        if (!made) cr_expect(opened.error().code == Error::Code::kInternal, "%s", opened.error().message.c_str());
        disk.heal();
        if (made) break;
        const auto again = StoreFile::open(path);
        cr_expect(again, "operation %d: %s", operation, again ? "" : again.error().message.c_str());
    }
    cr_expect(made && operation > 5, "%d operations", operation);
}
