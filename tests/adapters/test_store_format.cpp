// SPDX-License-Identifier: Apache-2.0
//
// Stores that other releases made.
#include "io/store/store_format.h"

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/files.h"
#include "fakes/temporary_directory.h"
#include "io/store/key_slot_table.h"
#include "io/store/record_table.h"
#include "unit/source_root.h"

using agent::Error;
using agent::StoreFile;
namespace fs = std::filesystem;
using fakes::read_file;

namespace {

struct StoreFormatFixture {
    StoreFormatFixture() {
        fs::copy_file(source_path("tests/adapters/stores/0.1.0/store.db"), path);
        fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    }

    /// Every record with the length of what is sealed in it, and how many key slots there are.
    [[nodiscard]] std::string contents(StoreFile file) const {
        const auto slots = agent::read_key_slots(file);
        cr_assert(slots);
        std::string all;
        agent::RecordTable table(std::move(file));
        cr_assert(table.load([&](const agent::StoredRow& row) {
            all += row.name + " " + std::to_string(row.generation) + " " + std::to_string(row.sealed.size()) +
                   (row.version != 0 ? ", " : " without a version, ");
        }));
        return all + slots->kinds();
    }
    fakes::TemporaryDirectory directory;
    fs::path path = directory / "store.db";
    fs::path kept = directory / "store.db.format-1";
};

std::int64_t number(sqlite3* db, const char* sql) {
    agent::SqliteStatement query(db, sql);
    cr_assert(query.step() == SQLITE_ROW, "%s", sqlite3_errmsg(db));
    return query.integer(0);
}

struct Connection {
    explicit Connection(const fs::path& path) {
        cr_assert(sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr) == SQLITE_OK);
    }
    ~Connection() { sqlite3_close(db); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    sqlite3* db = nullptr;
};

}  // namespace

TestSuite(store_format, .timeout = 60);

Test(store_format, a_store_of_0_1_0_is_brought_to_the_present_one_and_kept) {
    StoreFormatFixture f;
    std::string rows;
    std::string id;
    {
        Connection before(f.path);
        cr_assert(number(before.db, "PRAGMA user_version") == 1);
        agent::SqliteStatement meta(before.db, "SELECT value FROM meta WHERE name = 'store_id'");
        cr_assert(meta.step() == SQLITE_ROW);
        id = meta.text(0);
        agent::SqliteStatement query(before.db,
                                     "SELECT name, generation, length(sealed) FROM record ORDER BY kind, name");
        while (query.step() == SQLITE_ROW)
            rows +=
                query.text(0) + " " + std::to_string(query.integer(1)) + " " + std::to_string(query.integer(2)) + ", ";
    }
    cr_assert(rows.find("smith-law 2 ") != rows.npos && rows.find("added ") != rows.npos &&
              rows.find("store ") != rows.npos);
    for (int start = 0; start < 2; ++start) {
        auto opened = StoreFile::open(f.path);
        cr_assert(opened, "%s", opened.error().message.c_str());
        EXPECT_TEXT(opened->id(), id);
        cr_expect(number(opened->db(), "PRAGMA user_version") == agent::newest_store_format());
        EXPECT_TEXT(f.contents(*std::move(opened)), rows + "file, passphrase, recovery");
    }
    struct stat status {};
    cr_assert(::stat(f.kept.c_str(), &status) == 0);
    cr_expect((status.st_mode & 0777U) == 0600);
    Connection kept(f.kept);
    cr_expect(number(kept.db, "PRAGMA user_version") == 1);
    cr_expect(number(kept.db, "PRAGMA application_id") == 0x636c696f);
    cr_expect(number(kept.db, "SELECT count(*) FROM record WHERE length(sealed) > 0") ==
              std::count(rows.begin(), rows.end(), ','));
    cr_expect(number(kept.db, "SELECT count(*) FROM key_slot") == 3);
}

Test(store_format, a_new_store_is_as_one_that_was_brought_to_the_present_format) {
    StoreFormatFixture f;
    constexpr const char* kTables =
        "SELECT group_concat(sql, x'0a') FROM (SELECT sql FROM sqlite_schema ORDER BY name)";
    const auto old = StoreFile::open(f.path).value();
    const auto fresh = StoreFile::open(f.directory / "new.db").value();
    agent::SqliteStatement of_old(old.db(), kTables);
    agent::SqliteStatement of_new(fresh.db(), kTables);
    cr_assert(of_old.step() == SQLITE_ROW && of_new.step() == SQLITE_ROW);
    EXPECT_TEXT(of_old.text(0), of_new.text(0));
    cr_expect_not(fs::exists(agent::kept_store((f.directory / "new.db").string(), 1)));
}

// From some write on the disk refuses, as when the machine fails there.
Test(store_format, a_failure_at_any_point_leaves_the_store_as_it_was) {
    auto& disk = fakes::FaultyVfs::install();
    bool done = false;
    int operation = 0;
    for (; !done && operation < 1000; ++operation) {
        StoreFormatFixture f;
        const std::string before = read_file(f.path);
        disk.fail_from(operation, operation % 2 == 0 ? SQLITE_FULL : SQLITE_IOERR_WRITE);
        {
            const auto opened = StoreFile::open(f.path);
            done = opened.has_value();
            if (!done) {
                cr_expect(opened.error().code == Error::Code::kInternal, "%s", opened.error().message.c_str());
                EXPECT_CONTAINS(opened.error().message, "format 1 to 2");
            }
        }
        disk.heal();
        if (done) break;
        cr_expect(read_file(f.path) == before, "operation %d", operation);
        // A copy that is there is whole.
        if (fs::exists(f.kept)) {
            Connection kept(f.kept);
            cr_expect(number(kept.db, "SELECT count(*) FROM key_slot") == 3, "operation %d", operation);
        }
        const auto again = StoreFile::open(f.path);
        cr_assert(again, "operation %d: %s", operation, again ? "" : again.error().message.c_str());
        cr_expect(number(again->db(), "PRAGMA user_version") == 2);
    }
    cr_expect(done && operation > 5, "%d operations", operation);
}

Test(store_format, without_a_copy_nothing_is_changed) {
    StoreFormatFixture f;
    fs::create_directory(f.kept);
    fs::create_directory(f.kept / "in the way");
    const std::string before = read_file(f.path);
    const auto refused = StoreFile::open(f.path);
    cr_assert_not(refused);
    EXPECT_CONTAINS(refused.error().message, "no copy could be kept as " + f.kept.string());
    cr_expect(read_file(f.path) == before);
}
