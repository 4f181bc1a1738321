// SPDX-License-Identifier: Apache-2.0
//
// What happens to records when the disk refuses, and when everything ends in the middle of a write.
#include <sys/resource.h>

#include <csignal>
#include <vector>

#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/store_changes.h"
#include "fakes/temporary_directory.h"
#include "io/store/record_table.h"

using agent::Error;
using agent::RecordTable;
using agent::StoreChange;
using agent::StoreFile;
using fakes::put;
namespace fs = std::filesystem;

namespace {

RecordTable open(const fs::path& path) {
    return RecordTable(StoreFile::open(path).value());
}

template <class... Changes>
std::vector<agent::Result<void>> commit(RecordTable& table, Changes... changes) {
    std::vector<StoreChange> group;
    (group.push_back(std::move(changes)), ...);
    return table.commit(group);
}

void copy_all(const fs::path& from, const fs::path& to) {
    fs::remove_all(to);
    fs::copy(from, to);
}

}  // namespace

TestSuite(store_faults, .timeout = 60);

Test(store_faults, leave_records_as_they_were_and_heal) {
    auto& disk = fakes::FaultyVfs::install();
    const fakes::TemporaryDirectory directory;
    RecordTable table = open(directory / "store.db");
    cr_assert(commit(table, put("a", 0, 1, "before"))[0]);
    std::uint64_t generation = 1;
    for (const int code : {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC, SQLITE_READONLY}) {
        for (int operation = 0; operation < 3; ++operation) {
            disk.fail_from(operation, code);
            // The second would conflict if the first were made; it is not, so nothing says so.
            const auto refused = commit(table, put("a", generation, generation + 1, "half"),
                                        put("a", generation, generation + 1, "conflict"), put("b", 0, 1, "other"));
            disk.heal();
            cr_assert(refused.size() == 3);
            for (const auto& result : refused) {
                cr_assert_not(result, "code %d, operation %d", code, operation);
                cr_expect(result.error().code == Error::Code::kTemporarilyUnavailable);
                EXPECT_CONTAINS(result.error().message, (directory / "store.db").string());
            }
            cr_expect(commit(table, put("a", generation, generation + 1, "after"))[0], "heals");
            ++generation;
        }
    }
    EXPECT_TEXT(fakes::describe_records(table), "account a " + std::to_string(generation) + " after\n");
}

// Such as a row that is too large; SQLite leaves the transaction open then.
Test(store_faults, that_are_not_the_disk_s_undo_the_whole_group_too) {
    const fakes::TemporaryDirectory directory;
    RecordTable table = open(directory / "store.db");
    cr_assert(commit(table, put("a", 0, 1, "before"))[0]);
    ::sqlite3_limit(table.file().db(), SQLITE_LIMIT_LENGTH, 1000);
    for (const auto& result : commit(table, put("a", 1, 2, "half"), put("b", 0, 1, std::string(2000, 'x'))))
        cr_expect_not(result);
    EXPECT_TEXT(fakes::describe_records(table), "account a 1 before\n");
    const auto next = commit(table, put("a", 1, 2, "after"))[0];
    cr_expect(next, "%s", next ? "" : next.error().message.c_str());
    EXPECT_TEXT(fakes::describe_records(table), "account a 2 after\n");
}

// From some write on nothing reaches the disk, as when the process is killed there.
Test(store_faults, at_any_point_lose_nothing_that_was_acknowledged) {
    auto& disk = fakes::FaultyVfs::install();
    const fakes::TemporaryDirectory directory;
    const fs::path live = directory / "live";
    const fs::path crashed = directory / "crashed";
    int operation = 0;
    bool ran_through = false;
    for (; !ran_through && operation < 1000; ++operation) {
        fs::create_directory(live);
        std::uint64_t acknowledged = 0;
        {
            RecordTable table = open(live / "store.db");
            disk.fail_from(operation, SQLITE_IOERR_WRITE);
            const auto is_acknowledged = [&](std::uint64_t generation) {
                // Large, so that a commit has many writes.
                return commit(table, put("a", generation, generation + 1, std::string(20'000, 'x')))[0].has_value();
            };
            while (acknowledged < 4 && is_acknowledged(acknowledged)) ++acknowledged;
            ran_through = acknowledged == 4;
            copy_all(live, crashed);
            disk.heal();
        }
        RecordTable table = open(crashed / "store.db");
        std::uint64_t found = 0;
        cr_assert(table.load([&](const agent::StoredRow& row) {
            found = row.generation;
            cr_expect(row.sealed.size() == 20'000);
        }));
        // What was being written when the end came may be there or not: it was neither acknowledged nor refused.
        cr_expect(found == acknowledged || found == acknowledged + 1, "operation %d: %lu acknowledged, %lu found",
                  operation, acknowledged, found);
        fs::remove_all(live);
    }
    cr_expect(ran_through && operation > 20, "%d operations", operation);
}

Test(store_faults, come_from_a_real_file_size_limit) {
    std::signal(SIGXFSZ, SIG_IGN);
    const fakes::TemporaryDirectory directory;
    RecordTable table = open(directory / "store.db");
    cr_assert(commit(table, put("a", 0, 1, "before"))[0]);
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    const rlimit small{rlim_t{64} * 1024, limit.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const auto refused = commit(table, put("a", 1, 2, std::string(200'000, 'x')));
    ::setrlimit(RLIMIT_FSIZE, &limit);
    cr_assert_not(refused[0]);
    cr_expect(refused[0].error().code == Error::Code::kTemporarilyUnavailable);
    EXPECT_CONTAINS(refused[0].error().message, "disk I/O error: File too large");
    EXPECT_TEXT(fakes::describe_records(table), "account a 1 before\n");
    cr_expect(commit(table, put("a", 1, 2, std::string(200'000, 'x')))[0]);
}
