// SPDX-License-Identifier: Apache-2.0
#include "app/start/file_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/fd.h"

namespace agent {

namespace {

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;  // a configuration of some thousand apps

Result<void> check_guard(const std::string& path, const struct stat& status, Guard guard) {
    if (guard == Guard::kServiceManager) return {};
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(Error::Code::kForbidden, path + ": others can change it; put that right with: chmod go-w " + path);
    }
    if (guard == Guard::kFileMode && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(Error::Code::kForbidden, path + ": others can read it; make it private with: chmod 600 " + path);
    }
    if (status.st_uid != ::geteuid() && status.st_uid != 0) {
        return fail(Error::Code::kForbidden,
                    path + ": belongs to another user (uid " + std::to_string(status.st_uid) + ")");
    }
    return {};
}

}  // namespace

Result<SecretString> read_file(const std::string& path, Guard guard) {
    // O_NONBLOCK, so that a FIFO is refused below instead of blocking.
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file) return system_error(path, errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return system_error(path, errno);
    if (!S_ISREG(status.st_mode)) return fail(Error::Code::kBadRequest, path + ": not a regular file");
    AGENT_CHECK(check_guard(path, status, guard));

    SecretBuffer text(kLargestFile, guard == Guard::kWriters ? Content::kPublic : Content::kSecret);
    std::array<char, 4096> block{};
    ssize_t size = 0;
    bool fits = true;
    while (fits && (size = ::read(file.get(), block.data(), block.size())) > 0) {
        fits = text.try_append({block.data(), static_cast<std::size_t>(size)});
    }
    const int read_error = errno;
    wipe(block.data(), block.size());
    if (!fits) return fail(Error::Code::kBadRequest, path + ": larger than 1 MiB");
    if (size < 0) return system_error(path, read_error);
    return text.take();
}

Result<void> check_writers(const std::string& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) return system_error(path, errno);
    return check_guard(path, status, Guard::kWriters);
}

tl::unexpected<Error> system_error(const std::string& path, int error_number) {
    return fail(error_number == ENOENT ? Error::Code::kNotFound : Error::Code::kInternal,
                path + ": " + std::generic_category().message(error_number));
}

}  // namespace agent
