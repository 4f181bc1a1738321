// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"

namespace agent {

/// The kernel's clocks: CLOCK_REALTIME and CLOCK_BOOTTIME.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] WallTime now() const override;
    [[nodiscard]] BootTime boot_now() const override;
    /// How long the machine has slept since it was booted.
    [[nodiscard]] Duration time_suspended() const;
};

}  // namespace agent
