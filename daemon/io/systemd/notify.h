// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace agent {

/// Report the daemon's state to the service manager (sd_notify(3)). Without one, these do nothing.

/// The socket is listening and the store is open.
void notify_ready(std::string_view status);
void notify_status(std::string_view status);
/// A reload has begun; notify_ready() ends it.
void notify_reloading();
void notify_stopping();
/// Starting takes a while: the manager waits at least `at_least` from now on for the next notification.
void notify_extend_timeout(Duration at_least);
/// Call it more often than watchdog_interval().
void notify_alive();

/// The interval that the service manager requests (WatchdogSec=), if any.
[[nodiscard]] std::optional<Duration> watchdog_interval();

}  // namespace agent
