// SPDX-License-Identifier: Apache-2.0
#include "simulation/sim_entropy.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace agent::sim {

namespace {

Random& nonces() {
    static Random random(0, Stream::kAgent);
    return random;
}

void fill(void* out, std::size_t size) {
    auto* at = static_cast<unsigned char*>(out);
    while (size > 0) {
        const std::uint64_t bits = nonces().bits();
        const std::size_t some = std::min(size, sizeof bits);
        std::memcpy(at, &bits, some);
        at += some;
        size -= some;
    }
}

}  // namespace

void simulate_nonces() {
    static randombytes_implementation simulated = {
        .implementation_name = [] { return "simulated"; },
        .random = [] { return static_cast<std::uint32_t>(nonces().bits()); },
        .stir = nullptr,
        .uniform = nullptr,
        .buf = fill,
        .close = nullptr,
    };
    ::randombytes_set_implementation(&simulated);
}

}  // namespace agent::sim
