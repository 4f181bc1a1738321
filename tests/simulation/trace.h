// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iostream>
#include <sstream>

#include "base/time.h"

namespace agent::sim {

/// Prints one line for each event if requested, and otherwise costs nothing.
class Trace {
  public:
    explicit Trace(bool on) : on_(on) {}

    void set_time(BootTime now) { now_ = now; }

    template <class... Parts>
    void say(const Parts&... parts) const {
        if (!on_) return;
        std::ostringstream line;
        line << clock_text();
        (line << ... << parts);
        // Flushed at once: the next thing may be the end of the process.
        std::cout << line.str() << std::endl;
    }

  private:
    /// "day 12 07:30:01.250 "
    [[nodiscard]] std::string clock_text() const;

    bool on_;
    BootTime now_;
};

}  // namespace agent::sim
