// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/recovery_key.h"

#include <sodium.h>

#include <array>
#include <cctype>
#include <cstdint>
#include <optional>

namespace agent {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr unsigned kBitsPerCharacter = 5;
constexpr std::size_t kSecretSize = 20;
constexpr std::size_t kSecretCharacters = kSecretSize * 8 / kBitsPerCharacter;
constexpr std::size_t kChecksumCharacters = 4;
constexpr std::size_t kCharacters = kSecretCharacters + kChecksumCharacters;
constexpr std::size_t kGroup = 4;

/// The random part, wiped on destruction.
struct Secret {
    std::array<unsigned char, kSecretSize> bytes{};
    Secret() = default;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(bytes.data(), bytes.size()); }
};

void digest(const Secret& secret, std::string_view purpose, std::span<unsigned char> out) {
    ::crypto_generichash(out.data(), out.size(), secret.bytes.data(), secret.bytes.size(),
                         reinterpret_cast<const unsigned char*>(purpose.data()), purpose.size());
}

/// The `index`-th group of five bits, big-endian.
unsigned bits_at(std::span<const unsigned char> bytes, std::size_t index) {
    unsigned value = 0;
    for (std::size_t bit = index * kBitsPerCharacter; bit < (index + 1) * kBitsPerCharacter; ++bit) {
        value = value << 1U | (static_cast<unsigned>(bytes[bit / 8]) >> (7 - bit % 8) & 1U);
    }
    return value;
}

void set_bits_at(std::span<unsigned char> bytes, std::size_t index, unsigned value) {
    for (unsigned i = 0; i < kBitsPerCharacter; ++i) {
        const std::size_t bit = index * kBitsPerCharacter + i;
        const unsigned set = value >> (kBitsPerCharacter - 1 - i) & 1U;
        bytes[bit / 8] = static_cast<unsigned char>(bytes[bit / 8] | set << (7 - bit % 8));
    }
}

/// The character of the key at `index`, checksum included.
char character_at(const Secret& secret, std::size_t index) {
    if (index < kSecretCharacters) return kAlphabet[bits_at(secret.bytes, index)];
    std::array<unsigned char, crypto_generichash_BYTES> checksum{};
    digest(secret, "clio-agent/1 recovery-key checksum", checksum);
    return kAlphabet[bits_at(checksum, index - kSecretCharacters)];
}

/// Accepts lower case, and letters that look like digits.
char canonical(char c) {
    const char upper = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    if (upper == 'O') return '0';
    return upper == 'I' || upper == 'L' ? '1' : upper;
}

tl::unexpected<Error> misread(const char* how) {
    return fail(Error::Code::kBadRequest, std::string("recovery key: ") + how);
}

}  // namespace

SecretString make_recovery_key() {
    Secret secret;
    ::randombytes_buf(secret.bytes.data(), secret.bytes.size());
    SecretBuffer text;
    for (std::size_t i = 0; i < kCharacters; ++i) {
        if (i > 0 && i % kGroup == 0) text.append("-");
        const char character = character_at(secret, i);
        text.append({&character, 1});
    }
    return text.take();
}

Result<SealingKey> read_recovery_key(std::string_view text) {
    Secret secret;
    SecretBuffer characters;
    for (const char written : text) {
        if (written == '-' || std::isspace(static_cast<unsigned char>(written)) != 0) continue;
        const char character = canonical(written);
        const std::size_t value = kAlphabet.find(character);
        if (value == std::string_view::npos) return misread("it has an invalid character");
        if (characters.size() < kSecretCharacters)
            set_bits_at(secret.bytes, characters.size(), static_cast<unsigned>(value));
        characters.append({&character, 1});
        if (characters.size() > kCharacters) return misread("it is too long; it has nine groups of four");
    }
    if (characters.size() < kCharacters) return misread("it is too short; it has nine groups of four");
    for (std::size_t i = kSecretCharacters; i < kCharacters; ++i) {
        if (characters.view()[i] != character_at(secret, i))
            return misread("its checksum is wrong; a character was misread");
    }
    return SealingKey::filled([&](unsigned char* out) {
        digest(secret, "clio-agent/1 recovery-key", {out, SealingKey::kSize});
        return true;
    });
}

}  // namespace agent
