// SPDX-License-Identifier: Apache-2.0
#include <climits>
#include <cstdlib>
#include <string>

#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/output.h"
#include "cli/text.h"
#include "lib/socket_path.h"

namespace agent {

namespace {

/// The shell that reads it may go elsewhere.
std::string absolute(const std::string& path) {
    char here[PATH_MAX];
    if (path.starts_with('/') || ::getcwd(here, sizeof here) == nullptr) return path;
    std::string whole(here);
    if (!whole.ends_with('/')) whole += '/';
    return whole + path;
}

}  // namespace

Reply<int> print_environment(const Arguments& arguments) {
    const std::string socket = absolute(find_socket(arguments.value("socket").value_or("")));
    AGENT_CHECK(print("CLIO_AGENT_SOCK=" + shell_quoted(socket) + "; export CLIO_AGENT_SOCK;\n"));
    return 0;
}

Reply<int> print_version(const Arguments&) {
    AGENT_CHECK(print("clioctl " CLIO_VERSION "\n"));
    return 0;
}

}  // namespace agent
