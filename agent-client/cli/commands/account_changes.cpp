// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <functional>
#include <string>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/display/account_view.h"
#include "cli/display/output.h"
#include "cli/display/progress.h"
#include "cli/display/text.h"
#include "cli/input/terminal_prompt.h"
#include "cli/session.h"
#include "lib/members.h"
#include "lib/token_call.h"

// Commands that change one account, or with --all every one.

namespace agent {

namespace {

using Change = std::function<Reply<void>(const std::string& account)>;

Reply<std::vector<std::string>> all_accounts(const AgentClient& client) {
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/accounts"}));
    AGENT_TRY(const Json::Array* accounts, need_array(answer.json, "accounts"));
    std::vector<std::string> names;
    for (const Json& account : *accounts) {
        AGENT_TRY(const auto name, need_string(account, "name"));
        names.emplace_back(name);
    }
    return names;
}

/// Goes on after a failure; the exit status is that of the first one.
int change_each(const std::vector<std::string>& accounts, const Change& change, bool as_json) {
    int status = 0;
    Progress progress("accounts", accounts.size());
    for (const std::string& account : accounts) {
        if (const Reply<void> changed = change(account); !changed) {
            progress.hide();
            report(changed.error(), as_json);
            if (status == 0) status = exit_status(changed.error());
        }
        progress.step();
    }
    return status;
}

Reply<void> confirm(const Arguments& arguments, std::size_t count) {
    if (arguments.has("yes") || count == 0) return {};
    if (::isatty(STDIN_FILENO) != 1) return usage(arguments.command, "--all needs --yes where nobody can be asked");
    AGENT_TRY(const std::string answer,
              ask_visibly("Log out " + std::to_string(count) + " accounts? Type yes to go on: "));
    if (answer != "yes") return fail_with(kInterrupted, "nothing was changed");
    return {};
}

Reply<int> change_accounts(const Arguments& arguments, const AgentClient& client, bool asks, const Change& change) {
    if (!arguments.has("all")) {
        AGENT_TRY(const std::string account, need_account(client, arguments));
        AGENT_CHECK(change(account));
        return 0;
    }
    if (!arguments.words.empty()) return usage(arguments.command, "--all takes no account");
    AGENT_TRY(const std::vector<std::string> accounts, all_accounts(client));
    if (asks) AGENT_CHECK(confirm(arguments, accounts.size()));
    return change_each(accounts, change, arguments.has("json"));
}

}  // namespace

Reply<int> refresh_account(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    return change_accounts(arguments, client, /*asks=*/false, [&](const std::string& account) -> Reply<void> {
        AGENT_TRY(const std::string path, account_path(account));
        const std::string target = path + (arguments.has("revive") ? "/refresh?revive=true" : "/refresh");
        AGENT_TRY(const Answer answer, client.call({.method = "POST", .target = target}));
        if (arguments.has("json")) return print_json(answer);
        AGENT_TRY(const auto generation, need_integer(answer.json, "generation"));
        AGENT_TRY(const auto expires_at, need_integer(answer.json, "expires_at"));
        return print("Refreshed " + account + ": generation " + std::to_string(generation) + ", expires " +
                     relative_time(expires_at - unix_now()) + "\n");
    });
}

Reply<int> logout(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    return change_accounts(arguments, client, /*asks=*/true, [&](const std::string& account) -> Reply<void> {
        const bool local = arguments.has("local");
        AGENT_TRY(const std::string path, account_path(account));
        AGENT_CHECK(client.call({.method = "DELETE", .target = path + (local ? "?revoke=false" : "?revoke=true")}));
        if (arguments.has("json")) return {};
        return print((local ? "Forgot " : "Logged out ") + account + "\n");
    });
}

}  // namespace agent
