// SPDX-License-Identifier: Apache-2.0
// Usage: bench-spawn ROUNDS COMMAND... [-- COMMAND...]...
// Measures how long each command takes from start to end, discarding its output. Runs the commands in turn, so that
// other load affects all of them alike. Prints one line for each: median and 90th percentile in microseconds, then the
// command.

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace {

struct Command {
    std::vector<char*> argv;  // ends with null
    std::vector<double> microseconds;
};

std::vector<Command> split(char** begin, char** end) {
    std::vector<Command> commands(1);
    for (char** arg = begin; arg != end; ++arg) {
        if (std::string_view(*arg) == "--") {
            commands.emplace_back();
        } else {
            commands.back().argv.push_back(*arg);
        }
    }
    for (Command& command : commands) {
        if (command.argv.empty()) {
            std::fprintf(stderr, "bench-spawn: an empty command\n");
            std::exit(2);
        }
        command.argv.push_back(nullptr);
    }
    return commands;
}

void run_once(Command& command, const posix_spawn_file_actions_t& quiet) {
    const auto start = std::chrono::steady_clock::now();
    pid_t pid = 0;
    int status = 0;
    if (posix_spawnp(&pid, command.argv[0], &quiet, nullptr, command.argv.data(), environ) != 0 ||
        waitpid(pid, &status, 0) != pid || status != 0) {
        std::fprintf(stderr, "bench-spawn: %s failed\n", command.argv[0]);
        std::exit(1);
    }
    const auto taken = std::chrono::steady_clock::now() - start;
    command.microseconds.push_back(std::chrono::duration<double, std::micro>(taken).count());
}

double percentile(std::vector<double>& sorted, std::size_t percent) {
    return sorted[(sorted.size() - 1) * percent / 100];
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = argc > 2 ? std::atoi(argv[1]) : 0;
    if (rounds < 1) {
        std::fprintf(stderr, "usage: bench-spawn ROUNDS COMMAND... [-- COMMAND...]...\n");
        return 2;
    }
    std::vector<Command> commands = split(argv + 2, argv + argc);

    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);

    for (int round = 0; round < rounds; ++round) {
        for (Command& command : commands) run_once(command, quiet);
    }
    for (Command& command : commands) {
        std::sort(command.microseconds.begin(), command.microseconds.end());
        std::printf("%.0f %.0f", percentile(command.microseconds, 50), percentile(command.microseconds, 90));
        for (const char* arg : command.argv) {
            if (arg != nullptr) std::printf(" %s", arg);
        }
        std::printf("\n");
    }
    posix_spawn_file_actions_destroy(&quiet);
}
