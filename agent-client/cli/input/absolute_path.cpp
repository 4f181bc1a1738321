// SPDX-License-Identifier: Apache-2.0
#include "cli/input/absolute_path.h"

#include <climits>

#include <unistd.h>

namespace agent {

std::string absolute_path(const std::string& path) {
    char here[PATH_MAX];
    if (path.starts_with('/') || ::getcwd(here, sizeof here) == nullptr) return path;
    std::string whole(here);
    if (!whole.ends_with('/')) whole += '/';
    return whole + path;
}

}  // namespace agent
