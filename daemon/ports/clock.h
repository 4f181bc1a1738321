// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/time.h"

namespace agent {

/// The current time. now() and boot_now() are cheap enough to call for every request.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual WallTime now() const = 0;
    [[nodiscard]] virtual BootTime boot_now() const = 0;
    /// How long the machine has slept since it booted.
    [[nodiscard]] virtual Duration time_suspended() const = 0;
};

}  // namespace agent
