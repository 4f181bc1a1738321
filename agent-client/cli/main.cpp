// SPDX-License-Identifier: Apache-2.0
#include <exception>

#include "cli/command.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/session.h"

namespace agent {

namespace {

Reply<int> run(const Arguments& arguments) {
    if (arguments.has("help")) {
        AGENT_CHECK(print(arguments.command == nullptr ? general_help() : command_help(*arguments.command)));
        return 0;
    }
    if (arguments.command == nullptr) return usage(nullptr, "a command is missing");
    return arguments.command->run(arguments);
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
