// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "base/time.h"

namespace agent {

/// How a passphrase becomes a key: Argon2id (RFC 9106) by libsodium. Public, and stored with what the key seals, since
/// what is right grows with the years.
struct KdfParameters {
    static constexpr std::size_t kSaltSize = 16;

    std::uint64_t operations = 0;
    std::uint64_t memory = 0;  // bytes
    Bytes salt;                // kSaltSize bytes
};

/// libsodium's "moderate" cost (256 MiB, about 0.7 s), the least that is taken here, with a fresh salt.
[[nodiscard]] KdfParameters moderate_kdf();

/// At least that, and as many operations as take about `target` on this machine. Measures, and so takes about that
/// long.
[[nodiscard]] Result<KdfParameters> calibrated_kdf(Duration target);

/// Takes long, on purpose: not for the loop. Fails with kInternal for parameters that are out of bounds (damaged, or
/// made to exhaust this machine), and with kTemporarilyUnavailable when there is not the memory.
[[nodiscard]] Result<SealingKey> derive_key(std::string_view passphrase, const KdfParameters& parameters);

}  // namespace agent
