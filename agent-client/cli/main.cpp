// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>

#include <cerrno>
#include <exception>

#include "cli/command_line/command.h"
#include "cli/command_line/help.h"
#include "cli/commands/commands.h"
#include "cli/display/output.h"
#include "cli/input/secret_arena.h"
#include "cli/session.h"

namespace agent {

namespace {

/// Keeps other processes of this user from reading our memory, and core dumps from containing it. Unlike a core size
/// limit, this does not outlast the exec of `run`.
Reply<void> protect_memory() {
    if (::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return fail_errno("cannot forbid core dumps", errno);
    if (!lock_secrets()) complain("warning: memory cannot be locked, and secrets could be written to swap space");
    return {};
}

Reply<int> print_help_for(const Arguments& arguments) {
    if (arguments.command != nullptr) {
        AGENT_CHECK(print(command_help(*arguments.command)));
    } else {
        AGENT_CHECK(print(arguments.group.empty() ? general_help() : group_help(arguments.group)));
    }
    return 0;
}

Reply<int> run(const Arguments& arguments) {
    AGENT_CHECK(protect_memory());
    if (arguments.has("version")) return print_version(arguments);
    if (arguments.has("help")) return print_help_for(arguments);
    if (arguments.command != nullptr) return arguments.command->run(arguments);
    tell(general_help());
    return kUsageStatus;
}

int run_and_report(std::span<char* const> words) {
    const auto arguments = parse_arguments(words);
    const Reply<int> status = arguments ? run(*arguments) : tl::unexpected(arguments.error());
    if (status) return *status;
    report(status.error(), /*as_json=*/arguments && arguments->has("json"));
    return exit_status(status.error());
}

}  // namespace

}  // namespace agent

int main(int argc, char** argv) try {
    const auto all = std::span<char* const>(argv, static_cast<std::size_t>(argc));
    return agent::run_and_report(all.subspan(all.empty() ? 0 : 1));
} catch (const std::exception& e) {
    agent::complain(std::string("internal: ") + e.what());
    return 1;
}
