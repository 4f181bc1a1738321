// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>

#include "io/loop/event_loop.h"

namespace agent {

/// Reaps child processes, including those we did not start: as the first process of a container the daemon inherits
/// every orphan. One instance per process.
class Children {
  public:
    using Ended = std::function<void(int status)>;

    explicit Children(EventLoop& loop);

    /// Calls `ended` once, on the loop, with the status of waitpid(2). Call it in the same turn of the loop that
    /// started `child`.
    void watch(pid_t child, Ended ended);
    /// Then never calls `ended`.
    void forget(pid_t child);

  private:
    void reap();

    std::map<pid_t, Ended> watched_;
    SignalWatch signal_;
};

}  // namespace agent
