// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ports/entropy.h"

namespace agent {

/// The kernel's random numbers, through libsodium. init_sealing() must have returned true before.
class SodiumEntropy final : public Entropy {
  public:
    void fill(std::span<std::byte> out) override;
    [[nodiscard]] double unit() override;
};

}  // namespace agent
