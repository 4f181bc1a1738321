// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/events.h"

namespace agent {

/// One line for what happened to an account, or to the agent as a whole; a warning when a person may have to do
/// something about it.
void log_account_event(const Event& event);

}  // namespace agent
