// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/key_wrapping.h"

#include <sodium.h>

#include <array>
#include <cstdlib>

namespace agent {

namespace {

static_assert(SealingKey::kSize == crypto_box_SEEDBYTES && SealingKey::kSize == crypto_box_SECRETKEYBYTES);

using PublicHalf = std::array<unsigned char, crypto_box_PUBLICKEYBYTES>;

const unsigned char* raw(std::span<const std::byte> bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The secret half; also sets `half`.
Result<SealingKey> secret_half(const SealingKey& slot_key, PublicHalf& half) {
    return SealingKey::filled([&](unsigned char* secret) {
        return ::crypto_box_seed_keypair(half.data(), secret, raw(slot_key.raw())) == 0;
    });
}

}  // namespace

Bytes public_half(const SealingKey& slot_key) {
    PublicHalf half{};
    std::array<unsigned char, crypto_box_SECRETKEYBYTES> secret{};
    ::crypto_box_seed_keypair(half.data(), secret.data(), raw(slot_key.raw()));
    wipe(secret.data(), secret.size());
    const auto bytes = std::as_bytes(std::span(half));
    return {bytes.begin(), bytes.end()};
}

Bytes wrap_key(const SealingKey& key, std::span<const std::byte> public_half) {
    if (public_half.size() != crypto_box_PUBLICKEYBYTES) std::abort();  // checked where it was read
    Bytes wrapped(crypto_box_SEALBYTES + SealingKey::kSize);
    ::crypto_box_seal(reinterpret_cast<unsigned char*>(wrapped.data()), raw(key.raw()), SealingKey::kSize,
                      raw(public_half));
    return wrapped;
}

Result<SealingKey> unwrap_key(std::span<const std::byte> wrapped, const SealingKey& slot_key) {
    const auto wrong = [] { return fail(Error::Code::kForbidden, "key: wrong key for this slot"); };
    if (wrapped.size() != crypto_box_SEALBYTES + SealingKey::kSize) return wrong();
    PublicHalf half{};
    AGENT_TRY(const SealingKey secret, secret_half(slot_key, half));
    bool opened = false;
    AGENT_TRY(SealingKey key, SealingKey::filled([&](unsigned char* out) {
                  opened =
                      ::crypto_box_seal_open(out, raw(wrapped), wrapped.size(), half.data(), raw(secret.raw())) == 0;
                  return true;
              }));
    if (!opened) return wrong();
    return key;
}

}  // namespace agent
