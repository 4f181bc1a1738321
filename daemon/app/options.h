// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/result.h"

namespace agent {

/// The command line of cliod.
struct Options {
    enum class Job { kServe, kSpawn, kKill, kCheckConfig, kVersion, kHelp };

    Job job = Job::kServe;
    std::optional<std::string> config_path;
    std::optional<std::string> socket_path;
    std::optional<std::string> state_dir;
    LogLevel log_level = LogLevel::kInfo;
    bool trace = false;
    bool allow_unlocked_memory = false;
    /// With kSpawn: the command to run with the daemon, if any.
    std::vector<std::string> command;

    /// Makes the paths independent of the working directory.
    void make_paths_absolute();
};

/// Fails with kBadRequest, naming the argument, for anything that is not an option of cliod.
[[nodiscard]] Result<Options> parse_options(int argc, char** argv);

/// The text of --help.
[[nodiscard]] const char* usage() noexcept;

}  // namespace agent
