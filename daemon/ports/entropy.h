// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace agent {

/// Randomness for `state`, verifiers, ids and spreading load.
class Entropy {
  public:
    virtual ~Entropy() = default;
    virtual void fill(std::span<std::byte> out) = 0;
    /// Uniform in [0, 1).
    [[nodiscard]] virtual double unit() = 0;
};

}  // namespace agent
