// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <semaphore>

namespace fakes {

/// Makes every write and sync of SQLite, in this process, fail when the test says so: a disk that is full, broken or
/// read-only, even if root runs the test.
class FaultyVfs {
  public:
    /// Becomes SQLite's default. There is one of it, for the life of the process.
    static FaultyVfs& install();

    /// From the `operation`th write or sync on (0 is the next), each fails with `code` (SQLITE_FULL,
    /// SQLITE_IOERR_FSYNC, SQLITE_READONLY …) until heal().
    void fail_from(int operation, int code) noexcept;
    void heal() noexcept { code_ = SQLITE_OK; }
    /// Lets the next sync wait for release(): a disk that takes its time.
    void hold_next_sync() noexcept { holds_ = true; }
    /// Blocks until a sync is held.
    void await_held() noexcept { held_.acquire(); }
    void release() noexcept { may_go_on_.release(); }
    /// Writes and syncs so far.
    [[nodiscard]] int operations() const noexcept { return operations_; }
    [[nodiscard]] int syncs() const noexcept { return syncs_; }

  private:
    FaultyVfs();

    static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) noexcept;
    static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) noexcept;
    static int sync(sqlite3_file* file, int flags) noexcept;
    [[nodiscard]] const sqlite3_io_methods* faulty(const sqlite3_io_methods* real);
    [[nodiscard]] int next_operation() noexcept;

    sqlite3_vfs* real_;
    sqlite3_vfs own_;
    std::map<const sqlite3_io_methods*, sqlite3_io_methods> methods_;
    decltype(sqlite3_io_methods::xWrite) real_write_ = nullptr;
    decltype(sqlite3_io_methods::xSync) real_sync_ = nullptr;
    std::atomic<int> operations_ = 0;
    std::atomic<int> syncs_ = 0;
    std::atomic<int> fail_from_ = 0;
    std::atomic<int> code_ = SQLITE_OK;
    std::atomic<bool> holds_ = false;
    std::binary_semaphore held_{0};
    std::binary_semaphore may_go_on_{0};
};

}  // namespace fakes
