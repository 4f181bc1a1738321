// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "base/result.h"

namespace agent {

/// Keeps the process's memory from other processes of the same user and off the disk: no ptrace, no /proc/PID/mem, no
/// core dump. Fails with kInternal when the kernel refuses.
[[nodiscard]] Result<void> protect_memory();

/// A peer that has gone (SIGPIPE) or a file-size limit (SIGXFSZ) is an error of one write, not the end of the process.
void ignore_write_signals() noexcept;

/// Raises the limit on open files to `wanted`, or as far as this process may. Returns the limit then.
[[nodiscard]] std::size_t raise_descriptor_limit(std::size_t wanted) noexcept;

}  // namespace agent
