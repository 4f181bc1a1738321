// SPDX-License-Identifier: Apache-2.0
#include "app/options.h"

#include <getopt.h>

#include <array>
#include <filesystem>

namespace agent {

namespace {

enum OptionId : int {
    kConfig = 1,
    kSocket,
    kStateDir,
    kLogLevel,
    kTrace,
    kUnlockedMemory,
    kCheckConfig,
    kSpawn,
    kKill,
    kVersion,
    kHelp,
};

constexpr std::array kOptions = {
    option{"config", required_argument, nullptr, kConfig},
    option{"socket", required_argument, nullptr, kSocket},
    option{"state-dir", required_argument, nullptr, kStateDir},
    option{"log-level", required_argument, nullptr, kLogLevel},
    option{"trace", no_argument, nullptr, kTrace},
    option{"allow-unlocked-memory", no_argument, nullptr, kUnlockedMemory},
    option{"check-config", no_argument, nullptr, kCheckConfig},
    option{"spawn", no_argument, nullptr, kSpawn},
    option{"kill", no_argument, nullptr, kKill},
    option{"version", no_argument, nullptr, kVersion},
    option{"help", no_argument, nullptr, kHelp},
    option{nullptr, 0, nullptr, 0},
};

tl::unexpected<Error> wrong(std::string_view what) {
    return fail(Error::Code::kBadRequest, std::string(what) + "; try cliod --help");
}

/// An empty path comes from a variable that is not set in the caller's shell.
Result<void> take_path(std::optional<std::string>& path, const char* option, std::string_view value) {
    if (value.empty()) return wrong(std::string(option) + ": the path is empty");
    path = value;
    return {};
}

Result<void> take(Options& options, int id, const char* value) {
    switch (id) {
        case kConfig:
            return take_path(options.config_path, "--config", value);
        case kSocket:
            return take_path(options.socket_path, "--socket", value);
        case kStateDir:
            return take_path(options.state_dir, "--state-dir", value);
        case kLogLevel: {
            const auto level = log_level_from(value);
            if (!level) return wrong("--log-level " + std::string(value) + ": error, warning, notice, info or debug");
            options.log_level = *level;
            return {};
        }
        case kTrace:
            options.trace = true;
            return {};
        case kUnlockedMemory:
            options.allow_unlocked_memory = true;
            return {};
        case kCheckConfig:
            options.job = Options::Job::kCheckConfig;
            return {};
        case kSpawn:
            options.job = Options::Job::kSpawn;
            return {};
        case kKill:
            options.job = Options::Job::kKill;
            return {};
        case kVersion:
            options.job = Options::Job::kVersion;
            return {};
        case kHelp:
            options.job = Options::Job::kHelp;
            return {};
        default:
            return wrong("unknown option, or an option without its value");
    }
}

}  // namespace

Result<Options> parse_options(int argc, char** argv) {
    Options options;
    opterr = 0;  // we print the message
    for (;;) {
        const int id = getopt_long(argc, argv, "+:", kOptions.data(), nullptr);
        if (id == -1) break;
        if (id == '?' || id == ':')
            return wrong(std::string(argv[optind - 1]) + ": unknown option, or one without its value");
        AGENT_CHECK(take(options, id, optarg));
    }
    if (options.job == Options::Job::kSpawn)
        options.command.assign(argv + optind, argv + argc);
    else if (optind < argc)
        return wrong(std::string(argv[optind]) + ": cliod takes no arguments");
    return options;
}

void Options::make_paths_absolute() {
    for (auto* const path : {&config_path, &socket_path, &state_dir}) {
        if (*path) *path = std::filesystem::absolute(**path);
    }
}

const char* usage() noexcept {
    return "Usage: cliod [OPTION…]\n"
           "       cliod --spawn [OPTION…] [-- COMMAND…]\n"
           "Holds OAuth tokens for the Clio API, refreshes them, and serves them on a Unix socket.\n"
           "Runs in the foreground and logs to standard error.\n"
           "\n"
           "  --config FILE     the configuration (default: $XDG_CONFIG_HOME/cliod/cliod.json, /etc/cliod/cliod.json)\n"
           "  --socket PATH     where to listen (default: $XDG_RUNTIME_DIR/cliod/agent.sock, /run/cliod/agent.sock)\n"
           "  --state-dir DIR   where to keep the sealed tokens (default: $STATE_DIRECTORY, $XDG_STATE_HOME/cliod)\n"
           "  --log-level L     error, warning, notice, info (default) or debug\n"
           "  --trace           log requests to Clio and its answers, with secrets masked\n"
           "  --allow-unlocked-memory\n"
           "                    start even if secrets could be written to swap space\n"
           "  --check-config    check the configuration and exit\n"
           "  --spawn           run in the background and print shell code: eval \"$(cliod --spawn)\";\n"
           "                    with COMMAND, run that and exit with its exit status;\n"
           "                    an agent that runs already is used\n"
           "  --kill            end the running agent, and print shell code that unsets the variables\n"
           "  --version         print the version and exit\n"
           "  --help            print this help and exit\n"
           "\n"
           "See cliod(8), cliod.json(5), clioctl(1).\n";
}

}  // namespace agent
