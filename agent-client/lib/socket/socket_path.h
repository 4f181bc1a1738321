// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace agent {

/// What the choice of a socket depends on; a seam for tests.
struct Surroundings {
    /// The value of an environment variable; null when it is unset.
    std::function<const char*(const char*)> variable;
    std::function<bool(const std::string&)> exists;

    /// Those of this process. In a set-user-ID program no variable counts.
    [[nodiscard]] static Surroundings real();
};

/// The agent's socket: `chosen` by the caller, else $CLIO_AGENT_SOCK, else $XDG_RUNTIME_DIR/cliod/agent.sock, else
/// /run/cliod/agent.sock. Empty counts as unset.
///
/// XDG_RUNTIME_DIR is set in every session, whether or not this user runs an agent; so the system's agent is taken when
/// the user's has no socket and the system's has one. A socket that exists but refuses is never passed over: the other
/// agent has other accounts.
[[nodiscard]] std::string find_socket(std::string_view chosen, const Surroundings& surroundings = Surroundings::real());

/// $CLIO_ACCOUNT; nothing when it is unset or empty.
[[nodiscard]] std::optional<std::string> default_account(const Surroundings& surroundings = Surroundings::real());

}  // namespace agent
