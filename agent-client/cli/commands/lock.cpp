// SPDX-License-Identifier: Apache-2.0
#include "base/json/json_writer.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/input/secret_source.h"
#include "cli/request_times.h"
#include "cli/session.h"

namespace agent {

namespace {

// After wrong secrets the agent delays the next attempt by up to 30 s; and an attempt may be calibrated to last 60 s.
constexpr std::chrono::seconds kOneTry{90};

}  // namespace

Reply<int> lock(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_CHECK(client.call({.method = "POST", .target = "/v1/lock"}, request_times::kAllRefreshes));
    if (!arguments.has("json")) AGENT_CHECK(print("Locked\n"));
    return 0;
}

Reply<int> unlock(const Arguments& arguments) {
    const bool recovery = arguments.has("recovery-key");
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const SecretSource source, SecretSource::chosen_by(arguments));
    AGENT_TRY(const SecretString secret, source.read(recovery ? "Recovery key" : "Passphrase"));
    JsonWriter body;
    body.begin_object().member(recovery ? "recovery_key" : "passphrase", secret.reveal());
    if (arguments.has("accept-cost")) body.member("accept_cost", true);
    body.end_object();
    AGENT_CHECK(client.call({.method = "POST", .target = "/v1/unlock", .body = body.view()}, kOneTry));
    if (!arguments.has("json")) AGENT_CHECK(print("Unlocked\n"));
    return 0;
}

}  // namespace agent
