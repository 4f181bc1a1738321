// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

namespace agent {

/// How long a listener pauses when accept(2) fails for lack of descriptors or memory: the connection is still pending,
/// so without a pause the loop would retry continuously.
inline constexpr Duration kAcceptPause{100};

}  // namespace agent
