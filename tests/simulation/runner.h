// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "simulation/simulation.h"
#include "simulation/statistics.h"

namespace agent::sim {

/// The seeds from `first` up to, but without, `end`.
struct Seeds {
    std::uint64_t first = 0;
    std::uint64_t end = 0;
};

struct Finding {
    std::uint64_t seed = 0;
    std::string what;
};

struct Outcome {
    Statistics statistics;
    /// The one with the lowest seed; the run ended there.
    std::optional<Finding> finding;
};

/// Runs all seeds in `jobs` processes, so that a seed that ends its process is a finding like another. `each.seed` and
/// `each.trace` do not count.
[[nodiscard]] Outcome run_seeds(Seeds seeds, unsigned jobs, const RunOptions& each);

/// Runs one seed again and prints what happened last.
[[nodiscard]] std::vector<std::string> last_events(RunOptions options, std::size_t count);

}  // namespace agent::sim
