// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>

#include "io/loop/event_loop.h"

namespace agent {

/// Takes in the child processes that have ended, also those that nobody here started: as the first process of a
/// container the daemon gets every orphan. One for a process.
class Children {
  public:
    using Ended = std::function<void(int status)>;

    explicit Children(EventLoop& loop);

    /// Calls `ended` once, on the loop, with the status as waitpid(2) has it. To be called in the same turn of the loop
    /// in which `child` was started.
    void watch(pid_t child, Ended ended);
    /// `ended` is then never called.
    void forget(pid_t child);

  private:
    void take_in();

    std::map<pid_t, Ended> watched_;
    SignalWatch signal_;
};

}  // namespace agent
