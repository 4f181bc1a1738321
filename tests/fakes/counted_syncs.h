// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <string>

// Replaces fsync(2) in a test program, for one source file of it: syncs, and notes of what.

namespace fakes {

/// The path of each file that was synced, as it was then, with a space behind it.
inline std::string& synced() {
    static std::string paths;
    return paths;
}

}  // namespace fakes

extern "C" int fsync(int fd) {
    fakes::synced() += std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).string() + " ";
    return static_cast<int>(::syscall(SYS_fsync, fd));
}
