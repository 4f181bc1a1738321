// SPDX-License-Identifier: Apache-2.0
#include "io/loop/sodium_entropy.h"

#include <sodium.h>

#include <cmath>
#include <cstdint>

namespace agent {

void SodiumEntropy::fill(std::span<std::byte> out) {
    ::randombytes_buf(out.data(), out.size());
}

double SodiumEntropy::unit() {
    std::uint64_t bits = 0;
    ::randombytes_buf(&bits, sizeof bits);
    // A double holds 53 bits exactly; more could round up to 1.
    return std::ldexp(static_cast<double>(bits >> 11), -53);
}

}  // namespace agent
