// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "cli/doctor/findings.h"

namespace agent {

/// A folder or file that is for the agent's user alone.
struct PrivatePlace {
    std::string path;
    uid_t owner = 0;
    mode_t mode = 0;
};

/// The folder and the files in it; nullopt if this user may not look.
[[nodiscard]] std::optional<std::vector<PrivatePlace>> private_places(const std::string& folder);

/// `agent` is the user that the agent runs as; nullopt if that cannot be seen.
[[nodiscard]] Finding judge_places(const std::vector<PrivatePlace>& places, std::optional<uid_t> agent);

/// Who a process runs as; nullopt if it cannot be seen, as from another container.
[[nodiscard]] std::optional<uid_t> user_of_process(std::int64_t pid);

}  // namespace agent
