// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>
#include <unistd.h>

namespace agent {

/// The peer of a connection, according to the kernel (SO_PEERCRED, unix(7)).
struct Peer {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;
};

/// Whether the user manages the agent: root, and the daemon's own.
[[nodiscard]] inline bool is_manager(uid_t user, uid_t own_user = ::geteuid()) noexcept {
    return user == 0 || user == own_user;
}

}  // namespace agent
