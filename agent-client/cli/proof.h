// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/command_line/arguments.h"
#include "lib/agent_client.h"

namespace agent {

/// Sends a request for which the agent may want proof that a person is there. If it does, asks for a passphrase or
/// recovery key of the agent, as `arguments` say (SecretSource), and sends the request again.
[[nodiscard]] Reply<Answer> call_as_person(const AgentClient& client, const Arguments& arguments, AgentRequest request,
                                           Duration extra = {});

}  // namespace agent
