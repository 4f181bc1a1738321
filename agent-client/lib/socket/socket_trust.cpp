// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_trust.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdlib>

#include "lib/folder.h"
#include "lib/socket/socket_path.h"

namespace agent {

namespace {

// Uids that belong to services, never to a person: those of packages, and those that systemd gives to a service with
// DynamicUser= (systemd's "Users, Groups, UIDs and GIDs on systemd Systems").
bool is_service(uid_t uid) {
    return (uid >= 1 && uid <= 999) || (uid >= 61184 && uid <= 65519);
}

Reply<struct stat> look_at(const std::string& path, bool follow, const std::string& socket) {
    struct stat found {};
    if ((follow ? ::stat : ::lstat)(path.c_str(), &found) == 0) return found;
    if (errno == ENOENT || errno == ENOTDIR) return no_agent(socket);
    const Error::Code code = errno == EACCES ? Error::Code::kForbidden : Error::Code::kInternal;
    return fail(code, "agent's socket: " + path + ": " + errno_text(errno));
}

/// Checks one directory entry; true if it is a symbolic link.
Reply<bool> check_entry(const std::string& path) {
    const std::string directory = folder_of(path);
    AGENT_TRY(const struct stat entry, look_at(path, /*follow=*/false, path));
    AGENT_TRY(const struct stat holder, look_at(directory, /*follow=*/true, path));
    if (!S_ISSOCK(entry.st_mode) && !S_ISLNK(entry.st_mode)) {
        return fail(Error::Code::kForbidden, "agent's socket: " + path + ": not a socket");
    }
    const Placement placement{
        .directory_owner = holder.st_uid, .directory_mode = holder.st_mode, .owner = entry.st_uid};
    if (const auto reason = reason_for_distrust(placement, ::geteuid())) {
        return fail(Error::Code::kForbidden, "agent's socket: " + path + ": not trusted: " + *reason);
    }
    return S_ISLNK(entry.st_mode);
}

}  // namespace

std::optional<std::string> reason_for_distrust(const Placement& placement, uid_t caller) {
    const auto is_ours = [caller](uid_t uid) { return uid == 0 || uid == caller; };
    const uid_t holder = placement.directory_owner;
    if (!is_ours(holder) && !is_service(holder)) {
        return "its directory belongs to user " + std::to_string(holder);
    }
    if ((placement.directory_mode & (S_IWGRP | S_IWOTH)) == 0) return std::nullopt;
    if ((placement.directory_mode & S_ISVTX) == 0) return "others can write to its directory";
    if (is_ours(placement.owner)) return std::nullopt;
    return "user " + std::to_string(placement.owner) + " placed it in a directory that anyone can write to";
}

Reply<void> check_socket(const std::string& path) {
    AGENT_TRY(const bool is_link, check_entry(path));
    if (!is_link) return {};
    char target[PATH_MAX];
    if (::realpath(path.c_str(), target) == nullptr) {
        if (errno == ENOENT || errno == ENOTDIR) return no_agent(path);
        return fail_errno("agent's socket: " + path, errno);
    }
    AGENT_CHECK(check_entry(target));
    return {};
}

tl::unexpected<Failure> no_agent(const std::string& path) {
    return fail_with(kNoAgent, advice_without_agent(path));
}

}  // namespace agent
