// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/crypto/sealing.h"
#include "base/result.h"

namespace agent {

/// Names for secrets in a trace: the same secret has the same name while this lives, and the name reveals nothing else.
/// A keyed hash (BLAKE2b) with a fresh random key, so that guesses cannot be checked.
class Fingerprint {
  public:
    [[nodiscard]] static Result<Fingerprint> make();

    /// "#5f3a9c01/43": eight hexadecimal digits, and how long the secret is.
    [[nodiscard]] std::string of(std::string_view secret) const;

  private:
    explicit Fingerprint(SealingKey key) noexcept : key_(std::move(key)) {}

    SealingKey key_;
};

}  // namespace agent
