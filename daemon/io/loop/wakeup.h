// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include "base/fd.h"
#include "io/loop/event_loop.h"

namespace agent {

/// Calls a function on the loop soon after somebody, on whatever thread, asked for it.
///
/// By an eventfd, since libevent is used without its locks: no other thread may touch the loop.
class Wakeup {
  public:
    Wakeup(EventLoop& loop, std::function<void()> awake);
    Wakeup(const Wakeup&) = delete;
    Wakeup& operator=(const Wakeup&) = delete;

    /// Never calls `awake` itself. Several calls before the loop comes round make one.
    void wake() noexcept;

  private:
    std::function<void()> awake_;
    Fd fd_;
    EventPtr event_;
};

}  // namespace agent
