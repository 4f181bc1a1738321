// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_group.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <vector>

namespace agent {

namespace {

std::vector<std::string> split(const std::string& text, char by) {
    std::vector<std::string> parts;
    std::size_t from = 0;
    for (std::size_t at = text.find(by); at != std::string::npos; at = text.find(by, from)) {
        parts.push_back(text.substr(from, at - from));
        from = at + 1;
    }
    parts.push_back(text.substr(from));
    return parts;
}

/// The line of passwd(5) or group(5), whose third field is the number. Not by getpwuid(3): clioctl is linked
/// statically, and would load whatever libraries nsswitch.conf(5) names.
std::vector<std::string> entry_of(const char* database, unsigned number) {
    std::ifstream file(database);
    for (std::string line; std::getline(file, line);) {
        std::vector<std::string> fields = split(line, ':');
        if (fields.size() >= 4 && fields[2] == std::to_string(number)) return fields;
    }
    return {};
}

bool is_of_this_process(gid_t group) {
    if (group == ::getegid()) return true;
    const int count = ::getgroups(0, nullptr);
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(count, 0)));
    if (::getgroups(count, groups.data()) < 0) return false;
    return std::find(groups.begin(), groups.end(), group) != groups.end();
}

}  // namespace

std::string name_of_user(uid_t uid) {
    const std::vector<std::string> entry = entry_of("/etc/passwd", uid);
    return entry.empty() ? std::string() : entry[0];
}

std::optional<SocketGroup> group_of_socket(const std::string& path) {
    struct stat socket {};
    if (::stat(path.c_str(), &socket) != 0 || (socket.st_mode & S_IWGRP) == 0) return std::nullopt;
    const std::vector<std::string> group = entry_of("/etc/group", socket.st_gid);
    if (group.empty()) return std::nullopt;
    SocketGroup result{
        .name = group[0], .user = name_of_user(::geteuid()), .is_in_force = is_of_this_process(socket.st_gid)};
    const std::vector<std::string> members = split(group[3], ',');
    result.is_listed = std::find(members.begin(), members.end(), result.user) != members.end();
    return result;
}

std::string advice_when_refused(const std::optional<SocketGroup>& group) {
    if (!group || group->is_in_force || group->user.empty()) return {};
    if (group->is_listed)
        return "; log out and in again: this session began before you were in the group " + group->name;
    return "; let root put you into its group: usermod --append --groups " + group->name + " " + group->user +
           ", then log out and in again";
}

}  // namespace agent
