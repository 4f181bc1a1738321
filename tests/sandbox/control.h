// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "message.h"
#include "state.h"

namespace agent::sandbox {

/// Everything under /_sandbox/: what a rehearsal is steered and inspected with. JSON both ways; errors are
/// {"error": "…"} with 4xx. It shows tokens, since the sandbox's open nothing.
[[nodiscard]] Reply control_endpoint(const Context& context, const Request& request);

}  // namespace agent::sandbox
