// SPDX-License-Identifier: Apache-2.0
//
// Two programs take turns with one store. A change that was decided upon what the other has replaced since is refused.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <map>
#include <random>
#include <string>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/temporary_directory.h"
#include "io/store/record_table.h"

using agent::Error;
using agent::RecordTable;
using agent::StoreChange;
using agent::StoredRow;
using agent::StoreFile;
namespace fs = std::filesystem;

namespace {

constexpr int kTwoWritersRounds = 150;
constexpr int kTwoWritersRecords = 3;

/// Waits until the other has closed it.
RecordTable shared_table(const fs::path& path) {
    for (;;) {
        auto file = StoreFile::open(path);
        if (file) return RecordTable(*std::move(file));
        cr_assert(file.error().code == Error::Code::kConflict, "%s", file.error().message.c_str());
        ::usleep(200);
    }
}

/// What a record says: how often each writer has written it, "1 4".
struct Tally {
    std::uint64_t by[2] = {0, 0};

    explicit Tally(const StoredRow& row) {
        std::sscanf(std::string(agent::as_text(row.sealed)).c_str(), "%lu %lu", &by[0], &by[1]);
    }
    [[nodiscard]] agent::Bytes text() const {
        const std::string words = std::to_string(by[0]) + " " + std::to_string(by[1]);
        const auto bytes = agent::as_bytes(words);
        return {bytes.begin(), bytes.end()};
    }
};

/// Each round writes what follows from what it knew of a record, and reads the record again only when that is refused.
void write(const fs::path& path, int writer, int result) {
    std::mt19937 chance(static_cast<unsigned>(writer));
    std::map<std::string, StoredRow> known;
    std::uint64_t done = 0;
    std::uint64_t refused = 0;
    for (int round = 0; round < kTwoWritersRounds; ++round) {
        RecordTable table = shared_table(path);
        const std::string name = "account-" + std::to_string(chance() % kTwoWritersRecords);
        StoredRow& row = known[name];
        Tally tally(row);
        ++tally.by[writer];
        StoreChange change{.action = StoreChange::Action::kPut, .row = row, .expected_version = row.version};
        change.row.name = name;
        change.row.generation = row.generation + chance() % 2;  // a write need not be a new generation
        change.row.sealed = tally.text();
        change.row.version = agent::random_number();
        const auto outcome = table.commit({&change, 1})[0];
        if (outcome) {
            row = change.row;
            ++done;
            continue;
        }
        cr_assert(outcome.error().code == Error::Code::kConflict, "%s", outcome.error().message.c_str());
        ++refused;
        row = table.read(StoredRow::Kind::kAccount, name)->value_or(StoredRow{});
    }
    const std::uint64_t counts[] = {done, refused};
    cr_assert(::write(result, counts, sizeof counts) == ssize_t{sizeof counts});
}

}  // namespace

Test(two_writers, lose_no_write_that_was_not_refused, .timeout = 120) {
    const fakes::TemporaryDirectory directory;
    const fs::path path = directory / "store.db";
    { RecordTable made = shared_table(path); }
    int results[2];
    cr_assert(::pipe(results) == 0);
    for (int writer = 0; writer < 2; ++writer) {
        if (::fork() == 0) {
            write(path, writer, results[1]);
            ::_exit(0);
        }
    }
    std::uint64_t done = 0;
    std::uint64_t refused = 0;
    for (int writer = 0; writer < 2; ++writer) {
        int status = -1;
        cr_assert(::wait(&status) > 0 && status == 0);
        std::uint64_t counts[2];
        cr_assert(::read(results[0], counts, sizeof counts) == ssize_t{sizeof counts});
        done += counts[0];
        refused += counts[1];
    }
    cr_expect(done + refused == 2 * kTwoWritersRounds);
    cr_expect(refused > 0, "they never met");
    std::uint64_t found = 0;
    RecordTable table = shared_table(path);
    cr_assert(table.load([&](const StoredRow& row) {
        const Tally tally(row);
        found += tally.by[0] + tally.by[1];
    }));
    cr_expect(found == done, "%lu writes were made, and %lu are there", done, found);
}

Test(two_writers, a_record_that_was_removed_and_made_again_is_another) {
    const fakes::TemporaryDirectory directory;
    RecordTable table = shared_table(directory / "store.db");
    const auto change = [](StoreChange::Action action, std::uint64_t expected, std::uint64_t version) {
        StoreChange of{.action = action, .row = {}, .expected_version = expected};
        of.row.name = "smith";
        of.row.generation = 1;
        of.row.version = version;
        return of;
    };
    const StoreChange first = change(StoreChange::Action::kPut, 0, agent::random_number());
    const StoreChange by_another[] = {first, change(StoreChange::Action::kRemove, first.row.version, 0),
                                      change(StoreChange::Action::kPut, 0, agent::random_number())};
    for (const auto& result : table.commit(by_another)) cr_assert(result);
    const StoreChange late = change(StoreChange::Action::kPut, first.row.version, agent::random_number());
    const auto refused = table.commit({&late, 1})[0];
    cr_assert_not(refused);
    cr_expect(refused.error().code == Error::Code::kConflict);
}
