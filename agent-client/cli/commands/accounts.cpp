// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/display/account_list.h"
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
        if (arguments.has("state") || arguments.has("app") || arguments.has("sort"))
            return usage(arguments.command, "--json has all accounts: it excludes --state, --app and --sort");
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const Json::Array* accounts, need_array(answer.json, "accounts"));
    if (accounts->empty()) {
        tell("No account yet: clioctl login ACCOUNT\n");
        return 0;
    }
    AGENT_TRY(const auto selected, select_accounts(*accounts, {.state = arguments.value("state"),
                                                               .app = arguments.value("app"),
                                                               .sort = arguments.value("sort").value_or("name")}));
    AGENT_TRY(auto rows, accounts_table(selected, unix_now()));
    AGENT_CHECK(print_table(std::move(rows)));
    tell(sum_of_accounts(selected) + "\n");
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

}  // namespace agent
