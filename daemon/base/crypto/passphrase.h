// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/crypto/sealing.h"
#include "base/result.h"
#include "base/time.h"

namespace agent {

/// Parameters that derive a key from a passphrase: Argon2id (RFC 9106) by libsodium. Public, and stored with what the
/// key seals, since the recommended cost grows over the years.
struct KdfParameters {
    static constexpr std::size_t kSaltSize = 16;

    std::uint64_t operations = 0;
    std::uint64_t memory = 0;  // bytes
    Bytes salt;                // kSaltSize bytes
};

/// libsodium's "moderate" cost (256 MiB, about 0.7 s), our minimum, with a fresh salt.
[[nodiscard]] KdfParameters moderate_kdf();

/// The most operations that calibrated_kdf() chooses.
inline constexpr std::uint64_t kMostCalibratedOperations = 1000;

/// At least that, with as many operations as take about `target` on this machine. Takes about that long, to measure.
[[nodiscard]] Result<KdfParameters> calibrated_kdf(Duration target);

/// kBadRequest for parameters that order more than this program does: more memory than moderate_kdf(), or more
/// operations than `most_operations`. With them, one who writes a file could exhaust the machine of one who tries its
/// passphrase.
[[nodiscard]] Result<void> check_cost(const KdfParameters& parameters, std::uint64_t most_operations);

/// Slow on purpose: never call it on the event loop. Fails with kInternal for parameters out of range (damaged, or made
/// to exhaust this machine), and with kTemporarilyUnavailable if there is not enough memory.
[[nodiscard]] Result<SealingKey> derive_key(std::string_view passphrase, const KdfParameters& parameters);

}  // namespace agent
