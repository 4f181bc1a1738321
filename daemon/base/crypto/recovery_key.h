// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

// A key to write down on paper: 160 random bits and 20 bits of checksum in Crockford's base 32, in nine groups of four,
// "7KQ2-M0XA-…". Upper and lower case are accepted, I and L as 1, O as 0; hyphens and blanks are ignored.

[[nodiscard]] SecretString make_recovery_key();

/// The key that it encodes. Fails with kBadRequest if it was misread: wrong length, invalid character, or wrong
/// checksum.
[[nodiscard]] Result<SealingKey> read_recovery_key(std::string_view text);

}  // namespace agent
