// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "cli/command_line/arguments.h"
#include "lib/agent_client.h"
#include "lib/failure.h"

namespace agent {

/// The path of the agent's socket: --socket, otherwise that of find_socket(). Fails with "usage" if it is empty.
[[nodiscard]] Reply<std::string> socket_for(const Arguments& arguments);

/// The agent that --socket, --timeout and the environment name.
[[nodiscard]] Reply<AgentClient> client_for(const Arguments& arguments);

/// The given ACCOUNT, otherwise the person's default; nullopt lets the agent choose.
[[nodiscard]] std::optional<std::string> account_for(const Arguments& arguments);

/// The same, or the agent's only account. Fails with "not_found" or "account_ambiguous" when that is not one.
[[nodiscard]] Reply<std::string> need_account(const AgentClient& client, const Arguments& arguments);

/// "/v1/apps/{app}"; fails with "bad_request" for an invalid app name.
[[nodiscard]] Reply<std::string> app_path(std::string_view app);

/// --min-ttl, within the protocol's bounds.
[[nodiscard]] Reply<std::optional<std::chrono::seconds>> min_ttl_for(const Arguments& arguments);

/// The exit status of an invalid command line.
inline constexpr int kUsageStatus = 2;

/// The exit status for `failure`.
[[nodiscard]] int exit_status(const Failure& failure);

/// Reports `failure` on standard error: one line for a person, or the problem document.
void report(const Failure& failure, bool as_json);

}  // namespace agent
