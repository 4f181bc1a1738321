// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/display/app_view.h"
#include "cli/display/output.h"
#include "cli/session.h"
#include "lib/members.h"
#include "protocol/names.h"

namespace agent {

namespace {

/// An agent of 0.1.0 says nothing of them.
Reply<void> warn_of_unreadable_apps(const Json& answer) {
    if (answer.find("unreadable") == nullptr) return {};
    AGENT_TRY(const Json::Array* apps, need_array(answer, "unreadable"));
    for (const Json& app : *apps) {
        AGENT_TRY(const auto name, need_string(app, "name"));
        AGENT_TRY(const auto reason, need_string(app, "reason"));
        complain("app " + std::string(name) + ": its stored record " + std::string(reason) +
                 "; add it again (clioctl app add) or remove it: clioctl app remove " + as_operand(name));
    }
    return {};
}

}  // namespace

Reply<int> list_apps(const Arguments& arguments) {
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = "/v1/apps"}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_CHECK(warn_of_unreadable_apps(answer.json));
    AGENT_TRY(const Json::Array* apps, need_array(answer.json, "apps"));
    if (apps->empty()) {
        tell("No app yet: clioctl app add --help\n");
        return 0;
    }
    AGENT_TRY(const auto rows, apps_table(*apps));
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    return 0;
}

Reply<int> show_app(const Arguments& arguments) {
    AGENT_TRY(std::string target, app_path(arguments.words.front()));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer, client.call({.method = "GET", .target = std::move(target)}));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
        return 0;
    }
    AGENT_TRY(const auto rows, app_details(answer.json));
    AGENT_CHECK(print(render_table(rows, wants_colour())));
    return 0;
}

Reply<int> remove_app(const Arguments& arguments) {
    const std::string_view name = arguments.words.front();
    AGENT_TRY(std::string target, app_path(name));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_CHECK(client.call({.method = "DELETE", .target = std::move(target)}));
    if (!arguments.has("json")) AGENT_CHECK(print("Removed app " + std::string(name) + "\n"));
    return 0;
}

}  // namespace agent
