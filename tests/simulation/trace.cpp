// SPDX-License-Identifier: Apache-2.0
#include "simulation/trace.h"

#include <iomanip>

namespace agent::sim {

std::string Trace::clock_text() const {
    const auto since = now_.time_since_epoch();
    const auto days = std::chrono::floor<std::chrono::days>(since);
    const std::chrono::hh_mm_ss of_day(since - days);
    std::ostringstream text;
    text << "day " << days.count() << std::setfill('0') << ' ' << std::setw(2) << of_day.hours().count() << ':'
         << std::setw(2) << of_day.minutes().count() << ':' << std::setw(2) << of_day.seconds().count() << '.'
         << std::setw(3) << of_day.subseconds().count() << "  ";
    return text.str();
}

}  // namespace agent::sim
