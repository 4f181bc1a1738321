// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace agent {

/// Redirects standard error to the file at `path`, which is created with mode 0600 or appended to. When it reaches a
/// mebibyte it is renamed to `path`.1, replacing the previous one, and a new file is started. Fails with kInternal if
/// it cannot be opened.
[[nodiscard]] Result<void> log_to_file(const std::string& path);

}  // namespace agent
