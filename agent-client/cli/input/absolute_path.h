// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace agent {

/// `path` made absolute, for a process with another working directory: the agent, or the shell that reads our output.
[[nodiscard]] std::string absolute_path(const std::string& path);

}  // namespace agent
