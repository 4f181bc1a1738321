// SPDX-License-Identifier: Apache-2.0
#include "io/server/listen_socket.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

namespace agent {

namespace {

constexpr int kBacklog = 1024;  // many scripts may start at once; the kernel limits it to net.core.somaxconn
const std::string kOrigin = "from systemd";
const std::string kName = "agent";
const std::string kNotNamed = "unknown";  // what sd_listen_fds_with_names(3) returns without names

Error error(Error::Code code, const std::string& path, const std::string& reason) {
    return {.code = code, .message = "socket: " + path + ": " + reason};
}

tl::unexpected<Error> system_refusal(const std::string& path) {
    return tl::unexpected(error(Error::Code::kInternal, path, std::strerror(errno)));
}

std::optional<sockaddr_un> address_of(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return std::nullopt;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

const sockaddr* generic(const sockaddr_un& address) {
    return reinterpret_cast<const sockaddr*>(&address);
}

Fd make_socket() {
    return Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

/// A file of ours that is locked as long as this lives, and then gone.
struct PlaceLock {
    PlaceLock(std::string path, Fd locked) : file(std::move(path)), fd(std::move(locked)) {}
    PlaceLock(PlaceLock&&) noexcept = default;
    PlaceLock& operator=(PlaceLock&&) = delete;
    ~PlaceLock() {
        if (fd) ::unlink(file.c_str());
    }

    std::string file;
    Fd fd;
};

/// Creates the directory if its parent exists, and locks a file of ours in it: if several daemons start at once, one
/// binds and the others then find it alive. Not the directory itself is locked, nor anybody else's file: one who can
/// open it could hold the lock for ever.
Result<PlaceLock> lock_place(const std::string& path) {
    const std::filesystem::path directory = std::filesystem::path(path).parent_path();
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return system_refusal(path);
    const std::string file = path + ".lock";
    for (;;) {
        Fd fd(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600));
        struct stat opened {};
        struct stat present {};
        if (!fd || ::fstat(fd.get(), &opened) != 0) return system_refusal(file);
        if ((opened.st_mode & 0777) == 0) ::fchmod(fd.get(), 0600);  // made just now, under an odd umask
        if (!S_ISREG(opened.st_mode) || opened.st_uid != ::geteuid() || (opened.st_mode & 077) != 0)
            return tl::unexpected(error(Error::Code::kForbidden, file, "others could hold this lock; remove the file"));
        if (::flock(fd.get(), LOCK_EX) != 0) return system_refusal(file);
        // The one who held it before has removed the file.
        if (::stat(file.c_str(), &present) == 0 && present.st_ino == opened.st_ino)
            return PlaceLock(file, std::move(fd));
    }
}

/// Succeeds if `path` does not exist, or is a socket that nobody listens on any more.
Result<void> check_free(const std::string& path, const sockaddr_un& address) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
        if (errno == ENOENT) return {};
        return system_refusal(path);
    }
    if (!S_ISSOCK(status.st_mode)) {
        return tl::unexpected(error(Error::Code::kConflict, path, "there is a file that is not a socket"));
    }
    const Fd probe = make_socket();
    // Refused means that the socket's owner is gone. EAGAIN means that its backlog is full: it is alive.
    if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno == EAGAIN) {
        return tl::unexpected(error(Error::Code::kConflict, path, "an agent is already running there"));
    }
    if (errno != ECONNREFUSED) return system_refusal(path);
    return {};
}

}  // namespace

Result<ListenSocket> ListenSocket::open(const std::filesystem::path& path, std::vector<PassedDescriptor> passed) {
    return passed.empty() ? bind(path) : take_over(std::move(passed));
}

Result<ListenSocket> ListenSocket::take_over(std::vector<PassedDescriptor> passed) {
    Fd fd = std::move(passed.front().fd);
    sockaddr_un address{};
    socklen_t size = sizeof address;
    // An abstract socket, whose path begins with a zero byte, has no mode: anyone can connect.
    if (passed.size() != 1 || ::sd_is_socket_unix(fd.get(), SOCK_STREAM, /*listening=*/1, nullptr, 0) <= 0 ||
        ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 || address.sun_path[0] != '/') {
        return tl::unexpected(
            error(Error::Code::kBadRequest, kOrigin, "expected exactly one ListenStream= with the path of a socket"));
    }
    const std::string& name = passed.front().name;
    if (name != kName && name != kNotNamed) {
        return tl::unexpected(
            error(Error::Code::kBadRequest, kOrigin, "it is named " + name + "; expected FileDescriptorName=" + kName));
    }
    ::fcntl(fd.get(), F_SETFL, ::fcntl(fd.get(), F_GETFL) | O_NONBLOCK);
    return ListenSocket(std::move(fd), address.sun_path, /*inode=*/0);
}

Result<ListenSocket> ListenSocket::bind(const std::filesystem::path& path) {
    const std::string final_path = std::filesystem::absolute(path);
    const std::string first_path = final_path + "~";
    const auto final_address = address_of(final_path);
    const auto first_address = address_of(first_path);
    if (!final_address || !first_address) {
        return tl::unexpected(error(Error::Code::kBadRequest, final_path, "too long for a socket's path (106)"));
    }
    AGENT_TRY(const PlaceLock lock, lock_place(final_path));
    AGENT_CHECK(check_free(final_path, *final_address));
    AGENT_CHECK(check_free(first_path, *first_address));

    // Under another name until it is private and listening: a socket at `path` is always ready, and only its owner can
    // connect.
    ::unlink(first_path.c_str());
    Fd fd = make_socket();
    struct stat status {};
    if (::bind(fd.get(), generic(*first_address), sizeof *first_address) != 0 ||
        ::chmod(first_path.c_str(), 0600) != 0 || ::listen(fd.get(), kBacklog) != 0 ||
        ::stat(first_path.c_str(), &status) != 0 || ::rename(first_path.c_str(), final_path.c_str()) != 0) {
        return system_refusal(final_path);
    }
    return ListenSocket(std::move(fd), final_path, status.st_ino);
}

ListenSocket::~ListenSocket() {
    if (!fd_ || from_systemd()) return;
    struct stat status {};
    // Another process may have put another socket there.
    if (::lstat(path_.c_str(), &status) == 0 && status.st_ino == inode_) ::unlink(path_.c_str());
}

}  // namespace agent
