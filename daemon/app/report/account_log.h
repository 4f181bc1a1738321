// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events.h"

namespace agent {

/// Logs one line for an event of an account or the whole agent; as a warning if a person may have to act.
void log_account_event(const Event& event);

}  // namespace agent
