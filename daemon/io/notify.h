// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace agent {

/// Tell the service manager how the daemon is (sd_notify(3)). Without one, these do nothing.

/// The socket listens and the store is open.
void notify_ready(std::string_view status);
void notify_status(std::string_view status);
/// A reload has begun; notify_ready() ends it.
void notify_reloading();
void notify_stopping();

}  // namespace agent
