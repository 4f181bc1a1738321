// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "base/text/nearest.h"
#include "base/text/shell.h"
#include "cli/command_line/command.h"
#include "cli/command_line/help.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/input/absolute_path.h"
#include "cli/session.h"

namespace agent {

Reply<int> print_environment(const Arguments& arguments) {
    AGENT_TRY(const std::string socket, socket_for(arguments));
    // As fish reads it, too.
    AGENT_CHECK(print("export CLIO_AGENT_SOCK=" + shell_quoted(absolute_path(socket)) + ";\n"));
    return 0;
}

Reply<int> print_help(const Arguments& arguments) {
    std::string name;
    for (const std::string_view word : arguments.words) name.append(name.empty() ? "" : " ").append(word);
    if (name.empty()) {
        AGENT_CHECK(print(general_help()));
    } else if (const Command* const command = find_command(name)) {
        AGENT_CHECK(print(command_help(*command)));
    } else if (!group_members(name).empty()) {
        AGENT_CHECK(print(group_help(name)));
    } else {
        const std::string meant = did_you_mean(name, command_names());
        return fail_with(kUsage, "unknown command '" + name + "'" + (meant.empty() ? "; try 'clioctl help'" : meant));
    }
    return 0;
}

Reply<int> print_version(const Arguments&) {
    AGENT_CHECK(print("clioctl " CLIO_VERSION "\n"));
    return 0;
}

}  // namespace agent
