// SPDX-License-Identifier: Apache-2.0
#include "base/secret/secret.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/session.h"
#include "lib/token_call.h"

namespace agent {

Reply<int> token(const Arguments& arguments) {
    if (arguments.has("json") && arguments.has("header")) {
        return usage(arguments.command, "--json and --header exclude each other");
    }
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const auto min_ttl, min_ttl_for(arguments));
    AGENT_TRY(const GivenToken given, get_token(client, account_for(arguments), min_ttl));
    warn_of_readable_output("token");
    if (!given.min_ttl_met) complain("warning: the token expires sooner than requested, and there is no better one");
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(given.answer));
        return 0;
    }
    SecretBuffer line;
    if (arguments.has("header")) line.append("Authorization: Bearer ");
    line.append(given.access_token);
    line.append("\n");
    AGENT_CHECK(print(line.view()));
    return 0;
}

}  // namespace agent
