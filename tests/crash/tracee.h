// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/ptrace.h>
#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>

namespace agent {

/// A system call that a thread is about to make.
struct SystemCall {
    pid_t thread = 0;
    std::uint64_t number = 0;
    std::uint64_t first_argument = 0;
};

/// A running process, stopped by ptrace(2) before each of its system calls. It runs on untraced when this process ends.
class Tracee {
  public:
    /// Takes hold of every thread of `process`. Throws std::system_error when the kernel refuses.
    explicit Tracee(pid_t process);

    /// Lets the process run until one of its threads is about to make a system call, which then waits. Fails, with
    /// `alive()` false, once the process has ended.
    [[nodiscard]] bool next(SystemCall& call);

    /// The system call that waits is not made: it fails with `error_number`.
    void refuse(const SystemCall& call, int error_number);
    /// Ends the process, before the system call that waits.
    void kill() const;

    /// What `descriptor` is open on; empty if it is not open.
    [[nodiscard]] std::string path_of(std::uint64_t descriptor) const;

  private:
    void go_on(pid_t thread, int signal = 0) const;
    void leave(pid_t thread, int error_number);

    pid_t process_;
    std::map<pid_t, int> threads_;  // and the error for its system call to return, 0 for none
    pid_t waiting_ = 0;             // the thread that next() returned
};

}  // namespace agent
