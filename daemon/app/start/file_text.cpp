// SPDX-License-Identifier: Apache-2.0
#include "app/start/file_text.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <deque>
#include <filesystem>
#include <system_error>

#include "base/fd.h"

namespace agent {

namespace {

constexpr std::size_t kLargestFile = std::size_t{1024} * 1024;  // a configuration of some thousand apps

bool is_trusted(uid_t owner) noexcept {
    return owner == ::geteuid() || owner == 0;
}

std::string of_another_user(uid_t owner) {
    return "belongs to another user (uid " + std::to_string(owner) + ")";
}

Result<void> check_guard(const std::string& path, const struct stat& status, Guard guard) {
    if (guard == Guard::kServiceManager) return {};
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return fail(Error::Code::kForbidden, path + ": others can change it; put that right with: chmod go-w " + path);
    }
    if (guard == Guard::kFileMode && (status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(Error::Code::kForbidden, path + ": others can read it; make it private with: chmod 600 " + path);
    }
    if (!is_trusted(status.st_uid)) return fail(Error::Code::kForbidden, path + ": " + of_another_user(status.st_uid));
    return {};
}

/// Why others could exchange what is in the folder; empty if they could not. Where it does not hold the file itself,
/// the sticky bit is enough: others may put folders into /tmp, but not exchange ours.
std::string why_exchangeable(const std::string& folder, const struct stat& status, bool holds_file) {
    if (!is_trusted(status.st_uid)) return "its folder " + folder + " " + of_another_user(status.st_uid);
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
    if ((status.st_mode & S_ISVTX) == 0)
        return "others can exchange it in the folder " + folder + "; put that right with: chmod go-w " + folder;
    return holds_file ? "others can put files into its folder " + folder + "; use another" : std::string();
}

/// Looks at each folder on the way, and at those to which links lead.
Result<void> check_folders(const std::string& path) {
    constexpr int kMostLinks = 40;  // as the kernel, path_resolution(7)
    const std::filesystem::path whole = std::filesystem::absolute(path);
    std::deque<std::filesystem::path> left(whole.begin(), whole.end());
    std::filesystem::path at;
    int links = 0;
    while (!left.empty()) {
        const std::filesystem::path next = at / left.front();
        left.pop_front();
        struct stat status {};
        if (::lstat(next.c_str(), &status) != 0) return system_error(next, errno);
        if (S_ISLNK(status.st_mode)) {
            if (!is_trusted(status.st_uid))
                return fail(Error::Code::kForbidden,
                            path + ": the link " + next.string() + " " + of_another_user(status.st_uid));
            std::error_code error;
            const std::filesystem::path target = std::filesystem::read_symlink(next, error);
            if (error || ++links > kMostLinks) return system_error(path, error ? error.value() : ELOOP);
            left.insert(left.begin(), target.begin(), target.end());
            if (target.is_absolute()) at.clear();
        } else {
            at = next;
            if (!S_ISDIR(status.st_mode)) continue;
            const std::string why = why_exchangeable(at, status, /*holds_file=*/left.size() == 1);
            if (!why.empty()) return fail(Error::Code::kForbidden, path + ": " + why);
        }
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
    if (guard == Guard::kWriters) AGENT_CHECK(check_folders(path));

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
    AGENT_CHECK(check_guard(path, status, Guard::kWriters));
    return check_folders(path);
}

tl::unexpected<Error> system_error(const std::string& path, int error_number) {
    return fail(error_number == ENOENT ? Error::Code::kNotFound : Error::Code::kInternal,
                path + ": " + std::generic_category().message(error_number));
}

}  // namespace agent
