// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "cli/absolute_path.h"
#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/text.h"
#include "lib/socket_path.h"

namespace agent {

Reply<int> print_environment(const Arguments& arguments) {
    const std::string socket = absolute_path(find_socket(arguments.value("socket").value_or("")));
    AGENT_CHECK(print("CLIO_AGENT_SOCK=" + shell_quoted(socket) + "; export CLIO_AGENT_SOCK;\n"));
    return 0;
}

Reply<int> print_version(const Arguments&) {
    AGENT_CHECK(print("clioctl " CLIO_VERSION "\n"));
    return 0;
}

}  // namespace agent
