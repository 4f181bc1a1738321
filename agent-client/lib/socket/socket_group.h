// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace agent {

/// By passwd(5); empty if it does not know the number.
[[nodiscard]] std::string name_of_user(uid_t uid);

/// The group that may connect to a socket, as seen from this process.
struct SocketGroup {
    std::string name;
    std::string user;          // who we are
    bool is_listed = false;    // the group database lists us
    bool is_in_force = false;  // this process has the group: it began after we were listed
};

/// Nullopt if the socket is not there, or is for no group.
[[nodiscard]] std::optional<SocketGroup> group_of_socket(const std::string& path);

/// What somebody does who may not connect: "; …", or empty if nothing helps.
[[nodiscard]] std::string advice_when_refused(const std::optional<SocketGroup>& group);

}  // namespace agent
