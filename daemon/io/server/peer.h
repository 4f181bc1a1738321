// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

namespace agent {

/// The peer of a connection, according to the kernel (SO_PEERCRED, unix(7)).
struct Peer {
    uid_t uid = 0;
    gid_t gid = 0;
    pid_t pid = 0;
};

}  // namespace agent
