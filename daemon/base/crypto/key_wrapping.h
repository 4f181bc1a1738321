// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "base/crypto/sealing.h"
#include "base/result.h"

namespace agent {

// Only one key opens a wrapped key, but its public half is enough to wrap one (libsodium's sealed boxes, X25519 and
// XSalsa20-Poly1305). So the data key can be replaced in every key slot without knowing the passphrases and recovery
// keys.

/// The public half of `slot_key`: 32 bytes that are not secret.
[[nodiscard]] Bytes public_half(const SealingKey& slot_key);

/// `key`, wrapped for the key with this public half. Does not authenticate who wrapped it.
[[nodiscard]] Bytes wrap_key(const SealingKey& key, std::span<const std::byte> public_half);

/// Fails with kForbidden if it was wrapped for another key or is damaged, with kInternal if no memory can be locked.
[[nodiscard]] Result<SealingKey> unwrap_key(std::span<const std::byte> wrapped, const SealingKey& slot_key);

}  // namespace agent
