// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cli/arguments.h"
#include "lib/agent_client.h"
#include "lib/failure.h"

namespace agent {

/// The path of the agent's socket: --socket, otherwise that of find_socket(). Fails with "usage" if it is empty.
[[nodiscard]] Reply<std::string> socket_for(const Arguments& arguments);

/// The agent that --socket, --timeout and the environment name.
[[nodiscard]] Reply<AgentClient> client_for(const Arguments& arguments);

/// The given ACCOUNT, otherwise $CLIO_ACCOUNT; nullopt lets the agent choose.
[[nodiscard]] std::optional<std::string> account_for(const Arguments& arguments);

/// --min-ttl, within the protocol's bounds.
[[nodiscard]] Reply<std::optional<std::chrono::seconds>> min_ttl_for(const Arguments& arguments);

/// The exit status for `failure`.
[[nodiscard]] int exit_status(const Failure& failure);

/// Reports `failure` on standard error: one line for a person, or the problem document.
void report(const Failure& failure, bool as_json);

}  // namespace agent
