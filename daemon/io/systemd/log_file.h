// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/result.h"

namespace agent {

/// From now on standard error is the file at `path`, made with mode 0600 when there is none and otherwise appended to.
/// Once it has a mebibyte it is renamed to `path`.1, in the place of the one before, and begun anew. Fails with
/// kInternal when it cannot be opened.
[[nodiscard]] Result<void> log_to_file(const std::string& path);

}  // namespace agent
