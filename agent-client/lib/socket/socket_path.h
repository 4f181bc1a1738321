// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// What the choice of a socket depends on; replaced in tests.
struct Surroundings {
    /// The value of an environment variable; null if unset.
    std::function<const char*(const char*)> variable;
    std::function<bool(const std::string&)> exists;
    /// The owner of a folder; nullopt if it cannot be seen.
    std::function<std::optional<uid_t>(const std::string&)> owner;
    uid_t uid = 0;

    /// Empty if it is unset.
    [[nodiscard]] std::string value_of(const char* name) const;

    /// Those of this process. A set-user-ID program ignores all variables.
    [[nodiscard]] static Surroundings real();
};

/// Where an agent's socket is when nobody names one: $XDG_RUNTIME_DIR/cliod/agent.sock, then /run/cliod/agent.sock.
/// Where that variable is unset or names another user's folder (cron, su, ssh without a session), /run/user/UID takes
/// its place.
[[nodiscard]] std::vector<std::string> socket_places(const Surroundings& surroundings = Surroundings::real());

/// The agent's socket: `chosen` by the caller, otherwise $CLIO_AGENT_SOCK, otherwise the first of socket_places() that
/// exists. Empty counts as unset.
///
/// A socket that exists but refuses is never skipped: the other agent has other accounts.
[[nodiscard]] std::string find_socket(std::string_view chosen, const Surroundings& surroundings = Surroundings::real());

/// What to do when nobody listens at `path`: "nobody listens at PATH; …".
[[nodiscard]] std::string advice_without_agent(const std::string& path,
                                               const Surroundings& surroundings = Surroundings::real());

}  // namespace agent
