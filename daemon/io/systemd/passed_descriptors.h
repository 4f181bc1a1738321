// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace agent {

/// A close-on-exec descriptor that the service manager passed at the start.
struct PassedDescriptor {
    Fd fd;
    std::string name;  // "unknown" when it was not named
};

/// Returns all of them (sd_listen_fds_with_names(3)), once: they are then removed from the environment. Fails with
/// kInternal if the environment is invalid.
[[nodiscard]] Result<std::vector<PassedDescriptor>> take_passed_descriptors();

/// Removes and returns the first of that name; an invalid one if there is none.
[[nodiscard]] Fd extract(std::vector<PassedDescriptor>& passed, std::string_view name);

}  // namespace agent
