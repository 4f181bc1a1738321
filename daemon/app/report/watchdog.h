// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>

#include "ports/timers.h"
#include "ports/token_store.h"

namespace agent {

/// Tells the service manager that the daemon is alive (sd_watchdog_enabled(3)), twice per required interval, and only
/// if both threads are: the loop, whose timer fires, and the store's thread, which must answer each time.
///
/// An error from a full or broken disk is an answer. A disk that hangs does not answer: then nothing can be refreshed,
/// and the manager may restart the daemon. But not while tokens are at stake, which that would lose: then the loop
/// alone counts.
class Watchdog {
  public:
    /// Starts a round trip through the store's thread.
    using Ping = std::function<std::unique_ptr<StoreCommit>(TokenStore::Done done)>;
    /// Whether an end of the process right now could lose a grant.
    using AtStake = std::function<bool()>;

    Watchdog(Timers& timers, Duration interval, Ping ping, AtStake at_stake);
    Watchdog(const Watchdog&) = delete;
    Watchdog& operator=(const Watchdog&) = delete;

  private:
    void look();

    Timers& timers_;
    Duration between_;
    Ping ping_;
    AtStake at_stake_;
    std::unique_ptr<StoreCommit> pinging_;
    std::unique_ptr<Timer> timer_;
};

}  // namespace agent
