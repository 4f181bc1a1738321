// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "client.h"
#include "options.h"

namespace agent::sandbox {

/// The options as they come in; what depends on several of them is settled at the end.
struct Gathered {
    Options options;
    ClientDefaults client;
    std::string client_file;
};

/// One option of the command line, for parsing and for the help.
struct OptionRow {
    const char* name;
    const char* argument;  // null: it takes none
    const char* help;
    Result<void> (*apply)(Gathered&, std::string_view argument);  // null: --help, --version
};
[[nodiscard]] std::span<const OptionRow> option_rows();

}  // namespace agent::sandbox
