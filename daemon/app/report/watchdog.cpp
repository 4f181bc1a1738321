// SPDX-License-Identifier: Apache-2.0
#include "app/report/watchdog.h"

#include <algorithm>
#include <utility>

#include "io/systemd/notify.h"

namespace agent {

Watchdog::Watchdog(Timers& timers, Duration interval, Ping ping, AtStake at_stake)
    : timers_(timers),
      between_(std::max(interval / 2, Duration(1))),
      ping_(std::move(ping)),
      at_stake_(std::move(at_stake)) {
    look();
}

void Watchdog::look() {
    timer_ = timers_.after(between_, [this] { look(); });
    if (at_stake_()) return notify_alive();
    if (pinging_) return;  // no answer yet
    pinging_ = ping_([this](const Result<void>&) {
        pinging_.reset();
        notify_alive();
    });
}

}  // namespace agent
