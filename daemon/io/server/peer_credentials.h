// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "io/api/request.h"

namespace agent {

/// Who connected a Unix domain socket, as the kernel noted it at that moment. Fails with kInternal.
[[nodiscard]] Result<Peer> peer_of(int socket);

/// The check at the start that peers can be told apart. Fails with kInternal when the daemon does not see its own uid
/// in SO_PEERCRED, or runs as the user that the kernel names in place of all those it has no name for in a user
/// namespace (user_namespaces(7)): each of them would pass for the daemon's own user.
[[nodiscard]] Result<void> check_peer_credentials();

}  // namespace agent
