// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/result.h"

namespace agent {

/// Protects the process's memory from other processes of the same user and keeps it off the disk: no ptrace, no
/// /proc/PID/mem, no core dump. Fails with kInternal if the kernel refuses.
[[nodiscard]] Result<void> protect_memory();

/// Takes out of the environment what has libraries write down TLS keys or load further code. Call it before any of them
/// is used.
void forget_harmful_variables() noexcept;

/// Makes a closed connection (SIGPIPE) or a file-size limit (SIGXFSZ) fail one write instead of ending the process.
void ignore_write_signals() noexcept;

/// Raises the limit on open files to `wanted`, or as far as allowed. Returns the new limit.
[[nodiscard]] std::size_t raise_descriptor_limit(std::size_t wanted) noexcept;

}  // namespace agent
