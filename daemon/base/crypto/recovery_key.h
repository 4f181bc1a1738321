// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "base/secret/secret.h"

namespace agent {

// A recovery key is to be written on paper: 160 random bits and 20 bits of checksum in Crockford's base 32, in nine
// groups of four, "7KQ2-M0XA-…". Letters of either case are taken, I and L for 1, O for 0; hyphens and blanks do not
// count.

[[nodiscard]] SecretString make_recovery_key();

/// The key that it stands for. Fails with kBadRequest when it was misread: another length, a character that it never
/// has, or a wrong checksum.
[[nodiscard]] Result<SealingKey> read_recovery_key(std::string_view text);

}  // namespace agent
