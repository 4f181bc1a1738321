// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace agent::sandbox {

/// What --help prints; made from the tables of options and faults.
[[nodiscard]] std::string usage();
[[nodiscard]] std::string version_line();

}  // namespace agent::sandbox
