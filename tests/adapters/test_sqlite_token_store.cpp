// SPDX-License-Identifier: Apache-2.0
#include "io/store/sqlite_token_store.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "expect.h"
#include "fakes/faulty_vfs.h"
#include "fakes/run_until.h"
#include "fakes/store_changes.h"
#include "fakes/temporary_directory.h"

using agent::Error;
using agent::Result;
using agent::SqliteTokenStore;
using agent::StoreCommit;
using agent::StoredRow;
using agent::StoreFile;
using fakes::put;
using fakes::remove_record;

namespace {

struct SqliteTokenStoreFixture {
    SqliteTokenStore& open() {
        store.reset();
        return store.emplace(loop, StoreFile::open(directory / "store.db").value());
    }
    /// Starts a commit whose result is added to `results`.
    void start(agent::StoreChange change) {
        commits.push_back(
            store->commit(std::move(change), [this](Result<void> r) { results.push_back(std::move(r)); }));
    }
    Result<void> commit(agent::StoreChange change) {
        const std::size_t before = results.size();
        start(std::move(change));
        cr_expect(results.size() == before, "never before commit() has returned");
        cr_assert(await(before + 1));
        return results.back();
    }
    bool await(std::size_t count) {
        return fakes::run_until(loop, [&] { return results.size() == count; });
    }
    /// What is on the disk, found by opening it again.
    std::string stored() {
        commits.clear();
        return fakes::describe_records(open());
    }

    agent::EventLoop loop;
    fakes::TemporaryDirectory directory;
    std::optional<SqliteTokenStore> store;
    std::vector<Result<void>> results;
    std::vector<std::unique_ptr<StoreCommit>> commits;
};

void expect_conflict(const Result<void>& result) {
    cr_assert_not(result);
    cr_expect(result.error().code == Error::Code::kConflict, "%s", result.error().message.c_str());
}

}  // namespace

TestSuite(sqlite_token_store, .timeout = 60);

Test(sqlite_token_store, keeps_records_of_each_kind_apart) {
    SqliteTokenStoreFixture f;
    f.open();
    cr_expect(f.commit(put("firm", 0, 1, "one")));
    agent::StoreChange app = put("firm", 0, 1, std::string_view("a\0b", 3));
    app.row.kind = StoredRow::Kind::kApp;
    cr_expect(f.commit(std::move(app)));
    cr_expect(f.commit(put("empty", 0, 7, "")));
    EXPECT_TEXT(f.stored(), std::string_view("account empty 7 \naccount firm 1 one\napp firm 1 a\0b\n", 51));
}

Test(sqlite_token_store, swaps_only_the_version_it_was_told) {
    SqliteTokenStoreFixture f;
    f.open();
    cr_expect(f.commit(put("a", 0, 1, "first")));
    expect_conflict(f.commit(put("a", 0, 1, "second")));
    expect_conflict(f.commit(put("a", 2, 3, "third")));
    expect_conflict(f.commit(put("b", 1, 2, "missing")));
    expect_conflict(f.commit(remove_record("a", 2)));
    expect_conflict(f.commit(remove_record("b", 1)));
    EXPECT_TEXT(f.stored(), "account a 1 first\n");
    agent::StoreChange same_generation = put("a", 1, 1, "same generation");
    same_generation.row.version = 7;
    cr_expect(f.commit(same_generation));
    expect_conflict(f.commit(same_generation));
    expect_conflict(f.commit(put("a", 1, 2, "decided upon what was there before")));
    expect_conflict(f.commit(remove_record("a", 1)));
    EXPECT_TEXT(f.stored(), "account a 1 same generation\n");
    cr_expect(f.commit(put("a", 7, 2, "next")));
    EXPECT_TEXT(f.stored(), "account a 2 next\n");
    cr_expect(f.commit(remove_record("a", 2)));
    EXPECT_TEXT(f.stored(), "");
    cr_expect(f.commit(put("a", 0, 9, "again")));
    EXPECT_TEXT(f.stored(), "account a 9 again\n");
}

Test(sqlite_token_store, reads_one_record_after_the_commits_before_it) {
    SqliteTokenStoreFixture f;
    SqliteTokenStore& store = f.open();
    std::string read;
    const auto note = [&](const Result<std::optional<StoredRow>>& row) {
        cr_assert(row, "%s", row.error().message.c_str());
        read += *row ? (*row)->name + " " + std::to_string((*row)->version) + ", " : "none, ";
    };
    f.start(put("a", 0, 3, "first"));
    const auto first = store.read(StoredRow::Kind::kAccount, "a", note);
    const auto other_kind = store.read(StoredRow::Kind::kApp, "a", note);
    store.read(StoredRow::Kind::kAccount, "a", note).reset();
    cr_expect(read.empty(), "never before read() has returned");
    cr_assert(fakes::run_until(f.loop, [&] { return read.size() >= 10; }));
    cr_expect(f.commit(put("b", 0, 1, "")));
    EXPECT_TEXT(read, "a 3, none, ");
}

Test(sqlite_token_store, tells_of_another_writer) {
    static std::string told;
    SqliteTokenStoreFixture f;
    f.open();
    cr_assert(f.commit(put("smith", 0, 1, "x")));
    agent::set_log_sink([](const agent::LogRecord& record) {
        told += std::string(record.event->name) + " ";
        return true;
    });
    expect_conflict(f.commit(put("smith", 0, 1, "x")));
    EXPECT_TEXT(told, "store_overtaken ");
}

Test(sqlite_token_store, takes_the_changes_of_a_record_in_order) {
    SqliteTokenStoreFixture f;
    f.open();
    std::vector<int> order;
    for (int i = 0; i < 200; ++i) {
        const auto generation = static_cast<std::uint64_t>(i);
        f.commits.push_back(
            f.store->commit(put("a", generation, generation + 1, std::to_string(i)), [&, i](auto result) {
                cr_expect(result);
                order.push_back(i);
            }));
    }
    cr_assert(fakes::run_until(f.loop, [&] { return order.size() == 200; }));
    cr_expect(std::is_sorted(order.begin(), order.end()));
    EXPECT_TEXT(f.stored(), "account a 200 199\n");
}

Test(sqlite_token_store, syncs_once_for_all_that_waits) {
    auto& disk = fakes::FaultyVfs::install();
    SqliteTokenStoreFixture f;
    f.open();
    cr_expect(f.commit(put("warm", 0, 1, "")));  // the first commit of a new log syncs its header too
    const int before = disk.syncs();
    disk.hold_next_sync();
    f.start(put("a", 0, 1, "a"));
    disk.await_held();
    for (int i = 0; i < 100; ++i) f.start(put("b" + std::to_string(i), 0, 1, "b"));
    disk.release();
    cr_assert(f.await(102));
    cr_expect(disk.syncs() - before == 2, "%d syncs", disk.syncs() - before);
}

Test(sqlite_token_store, lets_a_conflict_within_a_group_fail_alone) {
    auto& disk = fakes::FaultyVfs::install();
    SqliteTokenStoreFixture f;
    f.open();
    disk.hold_next_sync();
    f.start(put("a", 0, 1, "a1"));
    disk.await_held();
    f.start(put("a", 1, 2, "a2"));
    f.start(put("a", 1, 2, "too late"));
    f.start(put("b", 0, 1, "b1"));
    disk.release();
    cr_assert(f.await(4));
    cr_expect(f.results[0] && f.results[1] && f.results[3]);
    expect_conflict(f.results[2]);
    EXPECT_TEXT(f.stored(), "account a 2 a2\naccount b 1 b1\n");
}

Test(sqlite_token_store, never_stalls_the_loop) {
    auto& disk = fakes::FaultyVfs::install();
    SqliteTokenStoreFixture f;
    f.open();
    disk.hold_next_sync();
    f.start(put("a", 0, 1, "a"));
    disk.await_held();
    bool fired = false;
    const agent::EventPtr timer = f.loop.make_event(
        -1, 0, [](evutil_socket_t, short, void* flag) noexcept { *static_cast<bool*>(flag) = true; }, &fired);
    const timeval now{0, 0};
    event_add(timer.get(), &now);
    cr_expect(fakes::run_until(f.loop, [&] { return fired; }));
    cr_expect(f.results.empty(), "not before it is synced");
    disk.release();
    cr_expect(f.await(1));
}

Test(sqlite_token_store, makes_the_change_of_a_commit_that_nobody_waits_for) {
    SqliteTokenStoreFixture f;
    f.open();
    bool called = false;
    f.store->commit(put("a", 0, 1, "a"), [&](auto) { called = true; }).reset();
    cr_expect(f.commit(put("b", 0, 1, "b")));
    cr_expect_not(called);
    EXPECT_TEXT(f.stored(), "account a 1 a\naccount b 1 b\n");
}

Test(sqlite_token_store, finishes_what_was_started_before_it_ends) {
    SqliteTokenStoreFixture f;
    f.open();
    for (int i = 0; i < 10; ++i) f.start(put("a" + std::to_string(i), 0, 1, ""));
    f.commits.clear();
    cr_expect(f.results.empty());
    EXPECT_TEXT(f.stored().substr(0, 30), "account a0 1 \naccount a1 1 \nac");
}

Test(sqlite_token_store, lets_a_callback_do_anything) {
    SqliteTokenStoreFixture f;
    SqliteTokenStore& store = f.open();
    std::unique_ptr<StoreCommit> first;
    std::unique_ptr<StoreCommit> other;
    bool done = false;
    first = store.commit(put("a", 0, 1, ""), [&](auto) {
        other.reset();
        first = store.commit(put("a", 1, 2, ""), [&](auto result) {
            cr_expect(result);
            first.reset();
            done = true;
        });
    });
    other = store.commit(put("b", 0, 1, ""), [&](auto) { cr_expect(false); });
    cr_expect(fakes::run_until(f.loop, [&] { return done; }));
}

Test(sqlite_token_store, a_ping_is_answered_after_the_commits_before_it) {
    auto& disk = fakes::FaultyVfs::install();
    SqliteTokenStoreFixture fixture;
    fixture.open();
    cr_assert(fixture.commit(put("smith", 0, 1, "x")));
    disk.hold_next_sync();
    fixture.start(put("smith", 1, 2, "x"));
    disk.await_held();
    bool answered = false;
    const auto ping = fixture.store->ping([&](const Result<void>& result) { answered = result.has_value(); });
    fakes::run_what_is_due(fixture.loop);
    cr_expect_not(answered);
    disk.release();
    cr_expect(fakes::run_until(fixture.loop, [&] { return answered; }));
    cr_expect(fixture.results.size() == 2);
}

Test(sqlite_token_store, a_disk_that_refuses_is_told_once_and_answers_pings) {
    static std::string told;
    auto& disk = fakes::FaultyVfs::install();
    SqliteTokenStoreFixture fixture;
    fixture.open();
    cr_assert(fixture.commit(put("smith", 0, 1, "x")));
    agent::set_log_sink([](const agent::LogRecord& record) {
        told += std::string(record.event->name) + " ";
        return true;
    });
    disk.fail_from(0, SQLITE_FULL);
    for (int i = 0; i < 3; ++i) cr_expect_not(fixture.commit(put("smith", 1, 2, "x")));
    bool answered = false;
    const auto ping = fixture.store->ping([&](const Result<void>& result) { answered = result.has_value(); });
    cr_expect(fakes::run_until(fixture.loop, [&] { return answered; }));
    EXPECT_TEXT(told, "store_failed ");
    disk.heal();
    cr_expect(fixture.commit(put("smith", 1, 2, "x")));
    expect_conflict(fixture.commit(put("smith", 1, 2, "x")));
    EXPECT_TEXT(told, "store_failed store_recovered store_overtaken ");
}

Test(sqlite_token_store, overwrites_a_record_that_is_removed) {
    SqliteTokenStoreFixture f;
    f.open();
    const std::string sealed = "what nobody is to find again";
    const auto is_on_the_disk = [&] {
        for (const char* const name : {"store.db", "store.db-wal"}) {
            std::ifstream in(f.directory / name, std::ios::binary);
            if (std::string(std::istreambuf_iterator<char>(in), {}).find(sealed) != std::string::npos) return true;
        }
        return false;
    };
    cr_assert(f.commit(put("a", 0, 1, sealed)));
    cr_assert(is_on_the_disk());
    cr_assert(f.commit(remove_record("a", 1)));
    cr_expect_not(is_on_the_disk());
}
