// SPDX-License-Identifier: Apache-2.0
#include "app/start/state_dir.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "app/start/file_text.h"
#include "app/start/places.h"

namespace agent {

namespace {

constexpr mode_t kPrivate = 0700;

/// An existing directory is left unchanged, and checked when it is opened.
Result<void> make_with_parents(const std::string& path) {
    std::size_t slash = 0;
    do {
        slash = path.find('/', slash + 1);
        const std::string part = path.substr(0, slash);
        if (::mkdir(part.c_str(), kPrivate) != 0 && errno != EEXIST) return system_error(part, errno);
    } while (slash != std::string::npos);
    return {};
}

Result<Fd> open_private(const std::string& path) {
    Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return system_error(path, errno);
    struct stat status {};
    if (::fstat(folder.get(), &status) != 0) return system_error(path, errno);
    if (status.st_uid != ::geteuid()) {
        return fail(Error::Code::kForbidden,
                    path + ": belongs to another user (uid " + std::to_string(status.st_uid) + ")");
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return fail(Error::Code::kForbidden, path + ": other users can access it; its mode must be 0700");
    }
    return folder;
}

struct flock whole_file() {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    return lock;
}

/// A lock of the process, not of the descriptor, because only then the kernel reports its holder. Closing any
/// descriptor of the file drops such a lock, but nothing else opens this file.
Result<Fd> lock_in(const Fd& folder, const std::string& path) {
    Fd file(::openat(folder.get(), "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file) return system_error(path + "/lock", errno);
    struct flock lock = whole_file();
    if (::fcntl(file.get(), F_SETLK, &lock) == 0) return file;
    if (errno != EACCES && errno != EAGAIN) return system_error(path + "/lock", errno);

    std::string holder = "another process";
    struct flock held = whole_file();
    if (::fcntl(file.get(), F_GETLK, &held) == 0 && held.l_type != F_UNLCK && held.l_pid > 0) {
        holder = "process " + std::to_string(held.l_pid);
    }
    return fail(Error::Code::kConflict, path + ": already running: " + holder + " holds this state directory");
}

}  // namespace

Result<StateDir> StateDir::open(const std::optional<std::string>& path) {
    AGENT_TRY(std::string place, path ? Result<std::string>(*path) : state_place());
    AGENT_CHECK(make_with_parents(place));
    AGENT_TRY(const Fd folder, open_private(place));
    AGENT_TRY(Fd lock, lock_in(folder, place));
    return StateDir(std::move(place), std::move(lock));
}

}  // namespace agent
