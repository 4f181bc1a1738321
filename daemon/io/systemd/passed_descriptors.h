// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace agent {

/// A descriptor that the service manager passed at the start, close-on-exec.
struct PassedDescriptor {
    Fd fd;
    std::string name;  // "unknown" when it was not named
};

/// All of them (sd_listen_fds_with_names(3)), once: the environment does not tell of them any more. Fails with
/// kInternal when the environment makes no sense.
[[nodiscard]] Result<std::vector<PassedDescriptor>> take_passed_descriptors();

/// Takes the first of that name out; an empty one when there is none.
[[nodiscard]] Fd extract(std::vector<PassedDescriptor>& passed, std::string_view name);

}  // namespace agent
