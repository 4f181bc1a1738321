// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "base/text/shell.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/display/text.h"
#include "cli/input/absolute_path.h"
#include "cli/session.h"

namespace agent {

Reply<int> print_environment(const Arguments& arguments) {
    AGENT_TRY(const std::string socket, socket_for(arguments));
    AGENT_CHECK(print("CLIO_AGENT_SOCK=" + shell_quoted(absolute_path(socket)) + "; export CLIO_AGENT_SOCK;\n"));
    return 0;
}

Reply<int> print_version(const Arguments&) {
    AGENT_CHECK(print("clioctl " CLIO_VERSION "\n"));
    return 0;
}

}  // namespace agent
