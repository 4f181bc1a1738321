// SPDX-License-Identifier: Apache-2.0
#include "fakes/faulty_vfs.h"

namespace fakes {

FaultyVfs& FaultyVfs::install() {
    static FaultyVfs vfs;
    sqlite3_vfs_register(&vfs.own_, /*makeDflt=*/1);
    return vfs;
}

// A copy of the real one in all but the files it opens, and these in all but two methods.
FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)), own_(*real_) {
    own_.zName = "faulty";
    own_.xOpen = open;
}

void FaultyVfs::fail_from(int operation, int code) noexcept {
    fail_from_ = operations_ + operation;
    code_ = code;
}

int FaultyVfs::open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) noexcept {
    FaultyVfs& vfs = install();
    const int code = vfs.real_->xOpen(vfs.real_, name, file, flags, out_flags);
    if (code == SQLITE_OK) file->pMethods = vfs.faulty(file->pMethods);
    return code;
}

const sqlite3_io_methods* FaultyVfs::faulty(const sqlite3_io_methods* real) {
    real_write_ = real->xWrite;  // SQLite has several tables for files, but only one way to write and to sync
    real_sync_ = real->xSync;
    sqlite3_io_methods& methods = methods_.try_emplace(real, *real).first->second;
    methods.xWrite = write;
    methods.xSync = sync;
    return &methods;
}

int FaultyVfs::write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) noexcept {
    FaultyVfs& vfs = install();
    const int code = vfs.next_operation();
    return code == SQLITE_OK ? vfs.real_write_(file, data, size, offset) : code;
}

int FaultyVfs::sync(sqlite3_file* file, int flags) noexcept {
    FaultyVfs& vfs = install();
    ++vfs.syncs_;
    if (vfs.holds_.exchange(false)) {
        vfs.held_.release();
        vfs.may_go_on_.acquire();
    }
    const int code = vfs.next_operation();
    return code == SQLITE_OK ? vfs.real_sync_(file, flags) : code;
}

int FaultyVfs::next_operation() noexcept {
    return operations_++ >= fail_from_ ? static_cast<int>(code_) : SQLITE_OK;
}

}  // namespace fakes
