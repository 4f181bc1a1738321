// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/fd.h"
#include "io/loop/event_loop.h"

namespace agent {

/// Calls a function on the loop soon after any thread asked for it.
///
/// Uses an eventfd, since libevent runs without its locks: no other thread may touch the loop.
class Wakeup {
  public:
    Wakeup(EventLoop& loop, std::function<void()> awake);
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    /// Does not call `awake` itself. Several calls before the next turn of the loop count as one.
    void wake() noexcept;

  private:
    std::function<void()> awake_;
    Fd fd_;
    EventPtr event_;
};

}  // namespace agent
