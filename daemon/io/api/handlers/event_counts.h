// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/events.h"

namespace agent {

/// Counts events by name since the start.
class EventCounts {
  public:
    explicit EventCounts(Events& events)
        : subscription_(events, [this](const Event& event) { ++counts_[std::string(event.name)]; }) {}

    [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const noexcept { return counts_; }

  private:
    // Starts at 0: if a counter first appeared with its first event, rate() would miss that event.
    std::map<std::string, std::uint64_t> counts_{{"logged_in", 0},      {"refreshed", 0},       {"refresh_failed", 0},
                                                 {"login_required", 0}, {"needs_attention", 0}, {"recovered", 0},
                                                 {"reported", 0},       {"logged_out", 0},      {"restored", 0},
                                                 {"locked", 0},         {"unlocked", 0}};
    Events::Subscription subscription_;
};

}  // namespace agent
