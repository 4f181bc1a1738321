// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "lib/failure.h"

namespace agent {

/// Owners and modes that show who could have placed a socket.
struct Placement {
    uid_t directory_owner = 0;
    mode_t directory_mode = 0;
    uid_t owner = 0;
};

/// Why `caller` should not trust this placement; nullopt if it may.
///
/// Anyone who can create entries in the directory could have placed the socket. So the directory must belong to root,
/// the caller or a system service, and nobody else may write to it. In a sticky directory anyone can place a socket but
/// replace only their own; there the socket must belong to root or the caller.
[[nodiscard]] std::optional<std::string> reason_for_distrust(const Placement& placement, uid_t caller);

/// Checks the socket at `path`, and both ends if `path` is a symbolic link. Fails with "no_agent" if nothing is there,
/// with "forbidden" if it cannot be reached or trusted.
///
/// Checks the path, not the peer: the kernel reports the credentials of the process that called listen(2), which is
/// systemd under socket activation.
[[nodiscard]] Reply<void> check_socket(const std::string& path);

/// The failure when nobody listens at `path`.
[[nodiscard]] tl::unexpected<Failure> no_agent(const std::string& path);

}  // namespace agent
