// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <memory>

#include "io/process/children.h"
#include "io/process/start_program.h"
#include "ports/timers.h"

namespace agent {

/// Runs programs that the operator configured, one after the other, without blocking. Failures are logged and affect
/// nothing else.
class HookRunner {
  public:
    struct Limits {
        Duration deadline = std::chrono::seconds(30);  // then its process group gets SIGTERM
        Duration grace = std::chrono::seconds(5);      // then SIGKILL
        std::size_t waiting = 16;                      // further ones are not run
    };

    HookRunner(Children& children, Timers& timers, Limits limits);
    HookRunner(Children& children, Timers& timers) : HookRunner(children, timers, Limits()) {}
    /// Ends the running one, without waiting for it, and starts no other.
    ~HookRunner();
    HookRunner(const HookRunner&) = delete;
    HookRunner& operator=(const HookRunner&) = delete;

    void run(Program program);

  private:
    void start_next();
    void start_deadline();
    void ended(int status);
    void signal_group(int signal) const;

    Children& children_;
    Timers& timers_;
    Limits limits_;
    std::deque<Program> waiting_;
    std::size_t not_run_ = 0;  // since one was last started
    std::string running_name_;
    pid_t running_ = 0;
    bool late_ = false;
    std::unique_ptr<Timer> timer_;
};

}  // namespace agent
