// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "ports/timers.h"
#include "ports/token_store.h"

namespace agent {

/// Tells the service manager that the daemon is alive (sd_watchdog_enabled(3)), twice in the time in which it must, and
/// only when both threads are: the loop, or no timer would fire, and the store's, which answers each time anew.
///
/// A full or broken disk refuses, and that is an answer. One that hangs is none: then nothing can be refreshed, and the
/// manager may end what hangs with it.
class Watchdog {
  public:
    /// Starts a round trip through the store's thread.
    using Ping = std::function<std::unique_ptr<StoreCommit>(TokenStore::Done done)>;

    Watchdog(Timers& timers, Duration interval, Ping ping);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    void look();

    Timers& timers_;
    Duration between_;
    Ping ping_;
    std::unique_ptr<StoreCommit> pinging_;
    std::unique_ptr<Timer> timer_;
};

}  // namespace agent
