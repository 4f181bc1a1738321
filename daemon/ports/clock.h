// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

namespace agent {

/// What time it is. Both readings are cheap enough to be taken for every request.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const = 0;
    [[nodiscard]] virtual BootTime boot_now() const = 0;
};

}  // namespace agent
