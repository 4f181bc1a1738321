// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <initializer_list>
#include <span>

#include "ports/entropy.h"

namespace fakes {

/// The same bytes and numbers in every run with the same seed. A test that needs certain numbers says which come next,
/// and which comes after those.
class FakeEntropy : public agent::Entropy {
  public:
    explicit FakeEntropy(std::uint64_t seed = 1) : state_(seed) {}

    /// unit() gives these first.
    void next_units(std::initializer_list<double> units) { scripted_.assign(units); }
    /// unit() gives this whenever nothing else was said; without it, random numbers of the seed.
    void always_unit(double unit) {
        scripted_.clear();
        always_ = unit;
    }

    void fill(std::span<std::byte> out) override {
        for (std::byte& byte : out) byte = static_cast<std::byte>(random() >> 56);
    }

    [[nodiscard]] double unit() override {
        if (!scripted_.empty()) {
            const double first = scripted_.front();
            scripted_.pop_front();
            return first;
        }
        if (always_ >= 0.0) return always_;
        return static_cast<double>(random() >> 11) * 0x1.0p-53;
    }

  private:
    /// SplitMix64: small, and good enough to spread load in a test.
    std::uint64_t random() {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }

    std::uint64_t state_;
    std::deque<double> scripted_;
    double always_ = -1.0;
};

}  // namespace fakes
