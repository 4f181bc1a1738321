// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace agent {

/// What the choice of a socket depends on; replaced in tests.
struct Surroundings {
    /// The value of an environment variable; null if unset.
    std::function<const char*(const char*)> variable;
    std::function<bool(const std::string&)> exists;

    /// Empty if it is unset.
    [[nodiscard]] std::string value_of(const char* name) const;

    /// Those of this process. A set-user-ID program ignores all variables.
    [[nodiscard]] static Surroundings real();
};

/// The agent's socket: `chosen` by the caller, otherwise $CLIO_AGENT_SOCK, $XDG_RUNTIME_DIR/cliod/agent.sock or
/// /run/cliod/agent.sock, in this order. Empty counts as unset.
///
/// XDG_RUNTIME_DIR is set in every session, even if the user runs no agent; so the system's agent is used if it has a
/// socket and the user's has none. A socket that exists but refuses is never skipped: the other agent has other
/// accounts.
[[nodiscard]] std::string find_socket(std::string_view chosen, const Surroundings& surroundings = Surroundings::real());

}  // namespace agent
