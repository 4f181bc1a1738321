// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace agent {

/// Has secrets lie in memory that goes to no swap, from now until the process ends. False where memory cannot be
/// locked: they lie on the heap then, and are wiped all the same.
[[nodiscard]] bool lock_secrets() noexcept;

}  // namespace agent
