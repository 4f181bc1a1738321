// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "base/result.h"
#include "ports/token_store.h"

namespace agent {

/// Remembers apart from the store what was ever durable in it, so that an older copy of the store is noticed. Both
/// functions may block on the disk: they are for the start.
class StoreWitness {
  public:
    virtual ~StoreWitness() = default;

    /// Empty if there is no witness, or if it begins now.
    [[nodiscard]] virtual Result<std::vector<SeenRecord>> seen() = 0;

    /// Makes all of `changes` durable before it returns, or none; from then on what the store has is all that was ever
    /// there.
    [[nodiscard]] virtual Result<void> repair(const std::vector<StoreChange>& changes) = 0;
};

}  // namespace agent
