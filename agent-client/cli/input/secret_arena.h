// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agent {

/// Keeps secrets in memory that is never swapped, from now until the process ends. False if memory cannot be locked:
/// secrets are then on the heap, and still wiped.
[[nodiscard]] bool lock_secrets() noexcept;

}  // namespace agent
