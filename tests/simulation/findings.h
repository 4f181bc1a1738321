// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "simulation/trace.h"

namespace agent::sim {

/// What was found to be wrong. The first thing counts: what follows from it says little.
class Findings {
  public:
    explicit Findings(const Trace& trace) : trace_(trace) {}

    void violated(std::string what) {
        trace_.say("VIOLATED: ", what);
        if (!first_) first_ = std::move(what);
    }
    [[nodiscard]] const std::optional<std::string>& first() const { return first_; }

  private:
    const Trace& trace_;
    std::optional<std::string> first_;
};

}  // namespace agent::sim
