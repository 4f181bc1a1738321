// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/entropy.h"
#include "simulation/random.h"

namespace agent::sim {

class SimEntropy : public Entropy {
  public:
    explicit SimEntropy(Random random) : random_(random) {}

    void fill(std::span<std::byte> out) override {
        for (std::byte& b : out) b = static_cast<std::byte>(random_.bits() & 0xffU);
    }
    [[nodiscard]] double unit() override { return random_.unit(); }

  private:
    Random random_;
};

/// Has libsodium draw its nonces from a simulated stream, which is quicker than asking the kernel for each. To be
/// called before anything else of libsodium.
void simulate_nonces();

}  // namespace agent::sim
