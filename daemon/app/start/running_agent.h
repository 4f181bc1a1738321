// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "app/options.h"
#include "base/result.h"

namespace agent {

/// The agent that holds the state directory which these options name.
struct RunningAgent {
    pid_t pid = 0;
    std::string socket;  // where these options would listen

    /// Whether it answers there, and is not told to end. If not, the agent starts or ends, or listens elsewhere.
    [[nodiscard]] bool listens() const;
};

/// Nullopt when there is none.
[[nodiscard]] std::optional<RunningAgent> find_running_agent(const Options& options);

/// Waits a few seconds for an agent that neither listens nor has ended; returns the one that there is then.
[[nodiscard]] std::optional<RunningAgent> await_settled_agent(const Options& options);

/// `cliod --kill`: ends the running agent, and waits until it has ended. Fails with kNotFound when there is none, with
/// kConflict when systemd would start it again.
[[nodiscard]] Result<void> end_running_agent(const Options& options);

}  // namespace agent
