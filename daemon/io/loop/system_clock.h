// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/clock.h"

namespace agent {

/// The kernel's clocks: CLOCK_REALTIME and CLOCK_BOOTTIME.
class SystemClock final : public Clock {
  public:
    [[nodiscard]] WallTime now() const override;
    [[nodiscard]] BootTime boot_now() const override;
    [[nodiscard]] Duration time_suspended() const override;
};

}  // namespace agent
