// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cli/arguments.h"
#include "lib/agent_client.h"
#include "lib/failure.h"

namespace agent {

/// The path of the agent's socket: --socket, else as find_socket() says. Fails with "usage" when it is empty.
[[nodiscard]] Reply<std::string> socket_for(const Arguments& arguments);

/// The agent that --socket, --timeout and the environment name.
[[nodiscard]] Reply<AgentClient> client_for(const Arguments& arguments);

/// The ACCOUNT that was given, else $CLIO_ACCOUNT; nothing leaves it to the agent.
[[nodiscard]] std::optional<std::string> account_for(const Arguments& arguments);

/// --min-ttl, as the protocol bounds it.
[[nodiscard]] Reply<std::optional<std::chrono::seconds>> min_ttl_for(const Arguments& arguments);

/// The exit status that tells of `failure`.
[[nodiscard]] int exit_status(const Failure& failure);

/// Tells of `failure` on standard error: one line for a person, or the problem document.
void report(const Failure& failure, bool as_json);

}  // namespace agent
