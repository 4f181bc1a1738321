// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "lib/failure.h"

namespace agent {

/// Owners and modes that tell who may have put a socket where it is.
struct Placement {
    uid_t directory_owner = 0;
    mode_t directory_mode = 0;
    uid_t owner = 0;
};

/// Why `caller` should not trust what was placed so; nothing when it may.
///
/// Whoever can make entries in the directory can have placed the socket. So the directory must belong to root, to the
/// caller or to a system service, and be writable by nobody else. In a sticky directory anybody can place a socket but
/// only replace their own; there it must be root's or the caller's.
[[nodiscard]] std::optional<std::string> reason_for_distrust(const Placement& placement, uid_t caller);

/// Checks the socket at `path`, and both ends when `path` is a symbolic link. Fails with "no_agent" when there is
/// nothing, with "forbidden" when it cannot be reached or is not to be trusted.
///
/// The path is judged, not the peer: the kernel's credentials of a listening socket are those of whoever called
/// listen(2), which is systemd where it activates the agent.
[[nodiscard]] Reply<void> check_socket(const std::string& path);

/// The failure of finding nobody at `path`.
[[nodiscard]] tl::unexpected<Failure> no_agent(const std::string& path);

}  // namespace agent
