// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace agent {

/// The folder that the file at `path` is in; "." for a bare name.
[[nodiscard]] inline std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace agent
