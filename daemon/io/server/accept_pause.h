// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

namespace agent {

/// How long a listener rests when accept(2) fails for want of a descriptor or of memory: the connection is still there,
/// so that without a rest the loop would try, and fail, all the time.
inline constexpr Duration kAcceptPause{100};

}  // namespace agent
