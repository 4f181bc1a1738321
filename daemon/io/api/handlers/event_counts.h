// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/events.h"

namespace agent {

/// Counts events by kind since the start. From 0: if a counter first appeared with its first event, rate() would miss
/// that event.
class EventCounts {
  public:
    explicit EventCounts(Events& events)
        : subscription_(events, [this](const Event& event) { ++counts_[static_cast<std::size_t>(event.kind)]; }) {}

    [[nodiscard]] std::uint64_t of(EventKind kind) const { return counts_[static_cast<std::size_t>(kind)]; }

  private:
    std::array<std::uint64_t, kEventKinds.size()> counts_{};
    Events::Subscription subscription_;
};

}  // namespace agent
