// SPDX-License-Identifier: Apache-2.0
// Usage: crash-at PID N kill [FOLDER]
//        crash-at PID N ERRNO FOLDER
//
// Lets a process run to its N-th system call from now on and kills it before that, or makes it fail with ERRNO. With a
// FOLDER only writes and syncs of files in it count. Writes "ready" when it has hold of the process, then the system
// call that was met; nothing more when the process ends first.
#include <sys/syscall.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <string_view>

#include "tracee.h"

namespace {

using agent::SystemCall;
using agent::Tracee;

struct Name {
    std::uint64_t number;
    const char* name;
};

constexpr std::array kNames = {
    Name{SYS_accept4, "accept4"},
    Name{SYS_brk, "brk"},
    Name{SYS_close, "close"},
    Name{SYS_connect, "connect"},
    Name{SYS_epoll_ctl, "epoll_ctl"},
    Name{SYS_fcntl, "fcntl"},
    Name{SYS_fdatasync, "fdatasync"},
    Name{SYS_fsync, "fsync"},
    Name{SYS_ftruncate, "ftruncate"},
    Name{SYS_fstat, "fstat"},
    Name{SYS_getpeername, "getpeername"},
    Name{SYS_getrandom, "getrandom"},
    Name{SYS_getsockname, "getsockname"},
    Name{SYS_getsockopt, "getsockopt"},
    Name{SYS_ioctl, "ioctl"},
    Name{SYS_lseek, "lseek"},
    Name{SYS_madvise, "madvise"},
    Name{SYS_mmap, "mmap"},
    Name{SYS_mprotect, "mprotect"},
    Name{SYS_munmap, "munmap"},
    Name{SYS_openat, "openat"},
    Name{SYS_pread64, "pread64"},
    Name{SYS_pwrite64, "pwrite64"},
    Name{SYS_read, "read"},
    Name{SYS_readv, "readv"},
    Name{SYS_recvfrom, "recvfrom"},
    Name{SYS_sendmsg, "sendmsg"},
    Name{SYS_sendto, "sendto"},
    Name{SYS_setsockopt, "setsockopt"},
    Name{SYS_shutdown, "shutdown"},
    Name{SYS_socket, "socket"},
    Name{SYS_timerfd_settime, "timerfd_settime"},
    Name{SYS_write, "write"},
    Name{SYS_writev, "writev"},
};

// Between these nothing outside of the process changes.
constexpr std::array<std::uint64_t, 10> kWaiting = {
    SYS_futex,         SYS_epoll_wait,   SYS_epoll_pwait,     SYS_poll,          SYS_ppoll, SYS_restart_syscall,
    SYS_clock_gettime, SYS_gettimeofday, SYS_clock_nanosleep, SYS_rt_sigprocmask};
constexpr std::array<std::uint64_t, 5> kStoring = {SYS_write, SYS_pwrite64, SYS_fsync, SYS_fdatasync, SYS_ftruncate};

template <std::size_t N>
bool is_in(const std::array<std::uint64_t, N>& all, std::uint64_t number) {
    return std::find(all.begin(), all.end(), number) != all.end();
}

std::string name_of(std::uint64_t number) {
    const auto* found = std::find_if(kNames.begin(), kNames.end(), [&](const Name& n) { return n.number == number; });
    return found == kNames.end() ? "system call " + std::to_string(number) : found->name;
}

int error_from(std::string_view name) {
    if (name == "ENOSPC") return ENOSPC;
    if (name == "EIO") return EIO;
    if (name == "EROFS") return EROFS;
    std::fprintf(stderr, "crash-at: %s: ENOSPC, EIO or EROFS\n", std::string(name).c_str());
    std::exit(2);
}

void tell(const std::string& line) {
    std::printf("%s\n", line.c_str());
    std::fflush(stdout);
}

void run(pid_t process, long at, std::string_view action, const std::string& folder) {
    const int error = action == "kill" ? 0 : error_from(action);
    Tracee tracee(process);
    tell("ready");
    long count = 0;
    SystemCall call;
    while (tracee.next(call)) {
        const bool stores = !folder.empty() && is_in(kStoring, call.number);
        const std::string path = stores ? tracee.path_of(call.first_argument) : "";
        const bool counts = folder.empty() ? !is_in(kWaiting, call.number) : path.starts_with(folder);
        if (!counts || ++count != at) continue;
        if (error == 0)
            tracee.kill();
        else
            tracee.refuse(call, error);
        tell(name_of(call.number) + (path.empty() ? "" : " " + path.substr(path.rfind('/') + 1)));
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::fputs("Usage: crash-at PID N kill [FOLDER] | crash-at PID N ENOSPC|EIO|EROFS FOLDER\n", stderr);
        return 2;
    }
    try {
        run(static_cast<pid_t>(std::atol(argv[1])), std::atol(argv[2]), argv[3], argc > 4 ? argv[4] : "");
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "crash-at: %s\n", failed.what());
        return 1;
    }
    return 0;
}
