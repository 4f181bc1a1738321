// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

namespace agent {

/// What time it is. now() and boot_now() are cheap enough to be read for every request.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const = 0;
    [[nodiscard]] virtual BootTime boot_now() const = 0;
    /// How long the machine has slept since it was started.
    [[nodiscard]] virtual Duration time_suspended() const = 0;
};

}  // namespace agent
