// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace fakes {

/// How often `marker` lies in the writable memory of this process. The marker is given inverted, byte by byte (~c), and
/// never made plain here, so that only what others made of it counts.
[[nodiscard]] std::size_t count_in_own_memory(const std::string& inverted_marker);

}  // namespace fakes
