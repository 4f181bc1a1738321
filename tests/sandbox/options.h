// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <variant>

#include "base/log.h"
#include "base/result.h"
#include "settings.h"

namespace agent::sandbox {

/// What the command line asks for.
struct Options {
    std::string address = "127.0.0.1";
    int port = 0;  // 0: the kernel chooses
    LogLevel log_level = LogLevel::kInfo;
    int ready_fd = 1;
    bool print_config = false;
    bool has_client_file = false;
    Settings settings;
};

/// Parses the command line. If it returns a text instead of options, print that and exit with success: --help,
/// --version. Fails with kBadRequest for anything unknown or invalid.
[[nodiscard]] Result<std::variant<Options, std::string>> parse_options(int argc, char** argv);

}  // namespace agent::sandbox
