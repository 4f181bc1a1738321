// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "base/crypto/sealing.h"
#include "base/result.h"

namespace agent {

// A wrapped key can be opened with one key only, but be made by whoever has that one's public half (libsodium's sealed
// boxes, X25519 and XSalsa20-Poly1305). So the data key can be replaced in every key slot while the passphrases and
// recovery keys of most of them are unknown.

/// The public half of `slot_key`: 32 bytes that are no secret.
[[nodiscard]] Bytes public_half(const SealingKey& slot_key);

/// `key`, to be opened with the key whose public half this is. Says nothing of who wrapped it.
[[nodiscard]] Bytes wrap_key(const SealingKey& key, std::span<const std::byte> public_half);

/// Fails with kForbidden when it was wrapped for another key, or damaged; with kInternal when no memory can be locked.
[[nodiscard]] Result<SealingKey> unwrap_key(std::span<const std::byte> wrapped, const SealingKey& slot_key);

}  // namespace agent
