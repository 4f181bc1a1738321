// SPDX-License-Identifier: Apache-2.0
#include "io/store/witness.h"

#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>

#include "expect.h"
#include "fakes/store_changes.h"
#include "fakes/temporary_directory.h"
#include "io/store/record_table.h"

using agent::Error;
using agent::RecordTable;
using agent::Result;
using agent::StoreChange;
using agent::StoreFile;
using agent::Witness;
using fakes::put;
using fakes::remove_record;

namespace {

constexpr const char* kStore = "0123456789abcdef0123456789abcdef";

struct WitnessFixture {
    [[nodiscard]] std::string path() const { return directory / "seen.db"; }
    Result<Witness> open(const std::string& store_id = kStore) const { return Witness::open(path(), store_id); }

    fakes::TemporaryDirectory directory;
};

/// "jones#2 smith#3"
std::string seen(Witness& witness) {
    const auto records = witness.read();
    cr_assert(records, "%s", records.error().message.c_str());
    std::set<std::string> lines;
    for (const agent::SeenRecord& record : *records)
        lines.insert(record.name + "#" + std::to_string(record.generation));
    std::string all;
    for (const std::string& line : lines) all += (all.empty() ? "" : " ") + line;
    return all;
}

void note(Witness& witness, std::vector<StoreChange> changes) {
    const std::vector<Result<void>> results(changes.size());
    cr_assert(witness.note(changes, results));
}

std::string content(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

Test(witness, keeps_the_highest_generations) {
    const WitnessFixture fixture;
    {
        auto witness = fixture.open();
        cr_assert(witness, "%s", witness.error().message.c_str());
        cr_expect(witness->is_new());
        note(*witness, {put("smith", 0, 1, "x"), put("jones", 0, 1, "x")});
        note(*witness, {put("smith", 1, 3, "x"), put("jones", 1, 2, "x"), put("clark", 0, 9, "x")});
        note(*witness, {put("smith", 1, 2, "x"), remove_record("clark", 9)});
    }
    auto again = fixture.open();
    cr_assert(again);
    cr_expect_not(again->is_new());
    EXPECT_TEXT(seen(*again), "jones#2 smith#3");
    struct stat status {};
    cr_expect(::stat(fixture.path().c_str(), &status) == 0 && (status.st_mode & 0777) == 0600);
    cr_expect(content(fixture.path()).find("sealed") == std::string::npos);
}

Test(witness, notes_only_what_was_stored) {
    const WitnessFixture fixture;
    auto witness = fixture.open();
    const std::vector<StoreChange> changes{put("smith", 0, 1, "x"), put("jones", 0, 1, "x")};
    const std::vector<Result<void>> results{{}, agent::fail(Error::Code::kConflict, "no")};
    cr_assert(witness->note(changes, results));
    EXPECT_TEXT(seen(*witness), "smith#1");
}

Test(witness, begins_anew_for_another_store) {
    const WitnessFixture fixture;
    {
        auto witness = fixture.open();
        note(*witness, {put("smith", 0, 7, "x")});
    }
    auto witness = fixture.open("fedcba9876543210fedcba9876543210");
    cr_assert(witness);
    cr_expect(witness->is_new());
    EXPECT_TEXT(seen(*witness), "");
}

Test(witness, refuses_other_files_and_leaves_them_as_they_are) {
    for (const char* text : {"hello", "SQLite format 3", R"({"a":1})"}) {
        const WitnessFixture fixture;
        std::ofstream(fixture.path()) << std::string(200, '#') << text;
        ::chmod(fixture.path().c_str(), 0600);
        const std::string before = content(fixture.path());
        const auto witness = fixture.open();
        cr_assert_not(witness);
        cr_expect(witness.error().code == Error::Code::kConflict, "%s", witness.error().message.c_str());
        EXPECT_CONTAINS(witness.error().message, fixture.path());
        cr_expect(content(fixture.path()) == before);
    }
    const WitnessFixture of_a_store;
    { const auto store = StoreFile::open(of_a_store.path()); }
    EXPECT_CONTAINS(of_a_store.open().error().message, "is not the witness");
}

Test(witness, refuses_what_others_can_read_or_what_cannot_be_made) {
    const WitnessFixture fixture;
    cr_assert(fixture.open());
    ::chmod(fixture.path().c_str(), 0644);
    cr_expect(fixture.open().error().code == Error::Code::kForbidden);
    cr_expect(Witness::open(fixture.directory / "none/seen.db", kStore).error().code == Error::Code::kInternal);
}

Test(witness, sees_what_a_table_commits) {
    const WitnessFixture fixture;
    StoreFile store = StoreFile::open(fixture.directory / "store.db").value();
    const std::string id = store.id();
    RecordTable table(std::move(store), fixture.open(id).value());
    const std::vector<StoreChange> changes{put("smith", 0, 1, "x"), put("jones", 4, 5, "x")};  // the second one fails
    const auto results = table.commit(changes);
    EXPECT_TEXT(seen(*table.witness()), "");
    table.note(changes, results);
    EXPECT_TEXT(seen(*table.witness()), "smith#1");

    const std::vector<StoreChange> more{put("jones", 0, 2, "x"), remove_record("smith", 1)};
    table.note(more, table.commit(more));
    EXPECT_TEXT(seen(*table.witness()), "jones#2");
    note(*table.witness(), {put("gone", 0, 3, "x")});
    cr_assert(table.show_all_to_witness());
    EXPECT_TEXT(seen(*table.witness()), "jones#2");
}

Test(witness, refuses_one_with_tables_or_triggers_of_others) {
    for (const char* planted : {"CREATE TRIGGER t AFTER INSERT ON seen BEGIN DELETE FROM seen; END",
                                "CREATE TABLE more (a)", "CREATE VIEW v AS SELECT 1"}) {
        const WitnessFixture fixture;
        cr_assert(fixture.open());
        {
            sqlite3* raw = nullptr;
            cr_assert(::sqlite3_open(fixture.path().c_str(), &raw) == SQLITE_OK);
            const agent::SqlitePtr db(raw);
            cr_assert(agent::sqlite_execute(raw, planted) == SQLITE_OK);
        }
        const auto refused = fixture.open();
        cr_assert_not(refused, "%s", planted);
        cr_expect(refused.error().code == Error::Code::kConflict);
        EXPECT_CONTAINS(refused.error().message, "other tables, triggers or views");
    }
}
