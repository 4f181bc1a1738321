// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "cli/commands/commands.h"
#include "cli/display/app_view.h"
#include "cli/display/output.h"
#include "cli/request_times.h"
#include "cli/session.h"
#include "lib/members.h"

namespace agent {

Reply<int> check_app(const Arguments& arguments) {
    AGENT_TRY(const std::string path, app_path(arguments.words.front()));
    AGENT_TRY(const AgentClient client, client_for(arguments));
    AGENT_TRY(const Answer answer,
              client.call({.method = "POST", .target = path + "/check"}, request_times::kCheckOfApp));
    AGENT_TRY(const Json::Array* checks, need_array(answer.json, "checks"));
    if (arguments.has("json")) {
        AGENT_CHECK(print_json(answer));
    } else {
        AGENT_TRY(const auto rows, app_checks_table(*checks));
        AGENT_CHECK(print(render_table(rows, wants_colour())));
    }
    return std::ranges::any_of(*checks, [](const Json& check) { return check.find_string("verdict") == "bad"; }) ? 1
                                                                                                                 : 0;
}

}  // namespace agent
