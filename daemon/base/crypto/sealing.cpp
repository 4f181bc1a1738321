// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/sealing.h"

#include <sodium.h>

#include <array>
#include <cstring>

#include "base/text/encoding.h"

namespace agent {

namespace {

constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTouchedStack = std::size_t{32} * 1024;  // more than any function of libsodium uses
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SealingKey::kSize == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(Sealer::kOverhead == kNonceSize + kTagSize);

const unsigned char* raw(const void* data) {
    return static_cast<const unsigned char*>(data);
}

unsigned char* raw(void* data) {
    return static_cast<unsigned char*>(data);
}

}  // namespace

bool init_sealing() noexcept {
    return ::sodium_init() >= 0;
}

Result<SealingKey> SealingKey::allocate() {
    SealingKey key;
    AGENT_TRY(key.bytes_, allocate_locked(kSize));
    return key;
}

bool SealingKey::make_read_only() noexcept {
    return ::sodium_mprotect_readonly(bytes_.get()) == 0;
}

// Argon2 and BLAKE2b leave their result on the stack, and a worker may never overwrite it.
void SealingKey::wipe_stack() noexcept {
    ::sodium_stackzero(kTouchedStack);
}

Result<SealingKey> SealingKey::generate() {
    return filled([](unsigned char* key) {
        ::randombytes_buf(key, kSize);
        return true;
    });
}

Result<SealingKey> SealingKey::from_raw(std::span<const std::byte> raw) {
    if (raw.size() != kSize) return fail(Error::Code::kBadRequest, "key: must have 32 bytes");
    return filled([&](unsigned char* key) {
        std::memcpy(key, raw.data(), kSize);
        return true;
    });
}

std::span<const std::byte, SealingKey::kSize> SealingKey::raw() const noexcept {
    return std::span<const std::byte, kSize>(bytes_.get(), kSize);
}

std::uint64_t random_number() noexcept {
    std::uint64_t number = 0;
    while (number == 0) {
        ::randombytes_buf(&number, sizeof number);
        number >>= 1;
    }
    return number;
}

std::string random_id() {
    std::array<std::byte, 16> bytes{};
    ::randombytes_buf(bytes.data(), bytes.size());
    return hex(bytes);
}

std::string fingerprint(const SealingKey& key) {
    constexpr std::string_view kPurpose = "clio-agent/1 fingerprint of a key";
    std::array<std::byte, 16> digest{};
    ::crypto_generichash(raw(digest.data()), digest.size(), raw(kPurpose.data()), kPurpose.size(),
                         raw(key.raw().data()), SealingKey::kSize);
    return hex(std::span(digest).first(8));
}

std::string digest(std::string_view text) {
    std::array<std::byte, 16> digest{};
    ::crypto_generichash(raw(digest.data()), digest.size(), raw(text.data()), text.size(), nullptr, 0);
    return hex(digest);
}

Bytes Sealer::seal(std::string_view plain, std::string_view context) const {
    Bytes sealed(kOverhead + plain.size());
    ::randombytes_buf(sealed.data(), kNonceSize);
    ::crypto_aead_xchacha20poly1305_ietf_encrypt(raw(sealed.data() + kNonceSize), nullptr, raw(plain.data()),
                                                 plain.size(), raw(context.data()), context.size(), nullptr,
                                                 raw(sealed.data()), raw(key_.raw().data()));
    return sealed;
}

Result<Sealer::Opened> Sealer::open_with_either(std::span<const std::byte> sealed, std::string_view context) const {
    if (sealed.size() < kOverhead) return fail(Error::Code::kInternal, "cannot be opened: too short");
    const std::span<const std::byte> encrypted = sealed.subspan(kNonceSize);
    SecretString plain(encrypted.size() - kTagSize);
    const auto opens_with = [&](const SealingKey& key) {
        return ::crypto_aead_xchacha20poly1305_ietf_decrypt(raw(plain.data()), nullptr, nullptr, raw(encrypted.data()),
                                                            encrypted.size(), raw(context.data()), context.size(),
                                                            raw(sealed.data()), raw(key.raw().data())) == 0;
    };
    if (opens_with(key_)) return Opened{.plain = std::move(plain), .by_previous = false};
    if (previous_ && opens_with(*previous_)) return Opened{.plain = std::move(plain), .by_previous = true};
    return fail(Error::Code::kInternal, "cannot be opened: wrong key, or damaged bytes");
}

Result<SecretString> Sealer::open(std::span<const std::byte> sealed, std::string_view context) const {
    AGENT_TRY(Opened opened, open_with_either(sealed, context));
    return std::move(opened.plain);
}

Result<Bytes> Sealer::resealed(std::span<const std::byte> sealed, std::string_view context) const {
    AGENT_TRY(const Opened opened, open_with_either(sealed, context));
    if (!opened.by_previous) return Bytes(sealed.begin(), sealed.end());
    return seal(opened.plain.reveal(), context);
}

}  // namespace agent
