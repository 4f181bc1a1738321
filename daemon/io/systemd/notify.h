// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace agent {

/// Tell the service manager how the daemon is (sd_notify(3)). Without one, these do nothing.

/// The socket listens and the store is open.
void notify_ready(std::string_view status);
void notify_status(std::string_view status);
/// A reload has begun; notify_ready() ends it.
void notify_reloading();
void notify_stopping();
/// Starting takes a while: the manager waits `at_least` so long from now on for the next word.
void notify_extend_timeout(Duration at_least);
/// To be called more often than watchdog_interval() says.
void notify_alive();

/// What the service manager asks for (WatchdogSec=); nothing when it does not.
[[nodiscard]] std::optional<Duration> watchdog_interval();

}  // namespace agent
