// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdlib>
#include <string_view>

namespace agent {

/// The value of a variable of the environment; empty if it is not set.
[[nodiscard]] inline std::string_view environment_variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

}  // namespace agent
