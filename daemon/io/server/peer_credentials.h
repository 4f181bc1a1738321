// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/result.h"
#include "io/server/peer.h"

namespace agent {

/// Who connected to a Unix domain socket, as the kernel recorded at that moment. Fails with kInternal.
[[nodiscard]] Result<Peer> peer_of(int socket);

/// Checks at the start that peers can be told apart. Fails with kInternal if the daemon does not see its own uid in
/// SO_PEERCRED, or runs as the overflow user, which the kernel reports for every user that is not mapped into a user
/// namespace (user_namespaces(7)): each of them would pass for the daemon's own user.
[[nodiscard]] Result<void> check_peer_credentials();

}  // namespace agent
