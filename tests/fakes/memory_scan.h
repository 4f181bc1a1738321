// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <string>

namespace fakes {

/// The writable memory of a process, opened once: a process that later forbids to look can still be looked at. Throws
/// std::system_error when the kernel refuses.
class ProcessMemory {
  public:
    explicit ProcessMemory(pid_t process);
    ~ProcessMemory();
    ProcessMemory(const ProcessMemory&) = delete;
    ProcessMemory& operator=(const ProcessMemory&) = delete;

    /// How often `marker` is in it. The marker is passed with its bytes inverted (~c), and never inverted back here, so
    /// that a process that scans itself does not find its own copy.
    [[nodiscard]] std::size_t count(const std::string& inverted_marker) const;

  private:
    int maps_;
    int memory_;
};

/// In this process.
[[nodiscard]] std::size_t count_in_own_memory(const std::string& inverted_marker);

}  // namespace fakes
