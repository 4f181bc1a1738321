// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/session.h"
#include "lib/members.h"
#include "lib/token_call.h"

namespace agent {

Reply<int> list_accounts(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/accounts"}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const Json::Array* accounts, need_array(answer.json, "accounts"));
    if (accounts->empty()) {
        tell("No account yet: clioctl login ACCOUNT\n");
        return 0;
    }
    AGENT_TRY(const auto rows, accounts_table(*accounts, unix_now()));
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    return 0;
}

Reply<int> show_account(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const std::string account, need_account(client, arguments));
    AGENT_TRY(std::string target, account_path(account));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = std::move(target)}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const auto rows, account_details(answer.json, unix_now()));
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    return 0;
}

Reply<int> refresh_account(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const std::string account, need_account(client, arguments));
    AGENT_TRY(const std::string path, account_path(account));
    const std::string target = path + (arguments.has("revive") ? "/refresh?revive=true" : "/refresh");
    AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = target}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const auto generation, need_integer(answer.json, "generation"));
    AGENT_TRY(const auto expires_at, need_integer(answer.json, "expires_at"));
    AGENT_CHECK(print("Refreshed " + account + ": generation " + std::to_string(generation) + ", expires " +
                      relative_time(expires_at - unix_now()) + "\n"));
    return 0;
}

Reply<int> logout(const Arguments& arguments) {
    const bool local = arguments.has("local");
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const std::string account, need_account(client, arguments));
    AGENT_TRY(const std::string path, account_path(account));
    AGENT_CHECK(client.call({.method = "DELETE", .target = path + (local ? "?revoke=false" : "?revoke=true")}));
    if (arguments.has("json")) return 0;
    AGENT_CHECK(print((local ? "Forgot " : "Logged out ") + account + "\n"));
    return 0;
}

}  // namespace agent
