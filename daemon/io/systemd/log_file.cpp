// SPDX-License-Identifier: Apache-2.0
#include "io/systemd/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <mutex>

#include "base/fd.h"
#include "base/log.h"

namespace agent {

namespace {

constexpr off_t kFull = off_t{1024} * 1024;

std::mutex renewing;  // the store's thread logs too
std::string file_path;

Result<void> redirect() {
    const Fd file(::open(file_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file || ::dup2(file.get(), STDERR_FILENO) < 0)
        return fail(Error::Code::kInternal, "log: " + file_path + ": " + std::strerror(errno));
    return {};
}

/// A LogSink that writes nothing: it only rotates the file before standard error is used.
bool make_room(const LogRecord& /*record*/) {
    const std::lock_guard lock(renewing);
    struct stat status {};
    if (::fstat(STDERR_FILENO, &status) != 0 || status.st_size < kFull) return false;
    // If either fails, the old file keeps growing: better than losing lines.
    if (std::rename(file_path.c_str(), (file_path + ".1").c_str()) == 0) static_cast<void>(redirect());
    return false;
}

}  // namespace

Result<void> log_to_file(const std::string& path) {
    file_path = path;
    AGENT_CHECK(redirect());
    set_log_sink(make_room);
    return {};
}

}  // namespace agent
