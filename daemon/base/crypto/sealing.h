// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/secret/locked_memory.h"
#include "base/secret/secret.h"

namespace agent {

using Bytes = std::vector<std::byte>;

[[nodiscard]] inline std::span<const std::byte> as_bytes(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Must return true before anything below is used; safe to call again.
[[nodiscard]] bool init_sealing() noexcept;

/// A 256-bit symmetric key in its own locked, read-only memory (base/secret/locked_memory.h). Move-only.
class SealingKey {
  public:
    static constexpr std::size_t kSize = 32;

    /// Fails with kInternal if no memory can be locked.
    [[nodiscard]] static Result<SealingKey> generate();
    /// Fails with kBadRequest unless `raw` has exactly kSize bytes.
    [[nodiscard]] static Result<SealingKey> from_raw(std::span<const std::byte> raw);
    /// The key that `bool fill(unsigned char*)` writes in place to the kSize bytes it is given. Fails with kInternal if
    /// it returns false. Wipes what `fill` leaves on the stack.
    template <class Fill>
    [[nodiscard]] static Result<SealingKey> filled(Fill fill) {
        AGENT_TRY(SealingKey key, allocate());
        const bool filled = fill(reinterpret_cast<unsigned char*>(key.bytes_.get()));
        wipe_stack();
        if (!filled || !key.make_read_only()) return fail(Error::Code::kInternal, "key: libsodium failed to make it");
        return key;
    }
    [[nodiscard]] Result<SealingKey> clone() const { return from_raw(raw()); }

    [[nodiscard]] std::span<const std::byte, kSize> raw() const noexcept;

  private:
    [[nodiscard]] static Result<SealingKey> allocate();
    [[nodiscard]] bool make_read_only() noexcept;
    static void wipe_stack() noexcept;

    LockedBytes bytes_;
};

/// A random number of 63 bits that is not 0.
[[nodiscard]] std::uint64_t random_number() noexcept;

/// 32 random hexadecimal digits, which nobody can guess.
[[nodiscard]] std::string random_id();

/// 16 hexadecimal digits that identify `key` without revealing it.
[[nodiscard]] std::string fingerprint(const SealingKey& key);
/// 32 hexadecimal digits: no two texts have the same.
[[nodiscard]] std::string digest(std::string_view text);

/// Authenticated encryption with XChaCha20-Poly1305 (libsodium, draft-irtf-cfrg-xchacha) and a random 192-bit nonce.
///
/// The context says what the sealed bytes are and what they belong to; it is authenticated, not stored. Opening with
/// another context fails, so that sealed bytes cannot be moved to another account, generation or purpose.
class Sealer {
  public:
    /// Nonce and tag that sealing adds.
    static constexpr std::size_t kOverhead = 24 + 16;

    explicit Sealer(SealingKey key, std::optional<SealingKey> previous = {}) noexcept
        : key_(std::move(key)), previous_(std::move(previous)) {}

    [[nodiscard]] Bytes seal(std::string_view plain, std::string_view context) const;
    /// Fails with kInternal "cannot be opened: …" if key, context or bytes differ from those that were sealed.
    [[nodiscard]] Result<SecretString> open(std::span<const std::byte> sealed, std::string_view context) const;

    /// What is in `sealed`, sealed with the present key; `sealed` as it is when that key opens it. Fails as open()
    /// does.
    [[nodiscard]] Result<Bytes> resealed(std::span<const std::byte> sealed, std::string_view context) const;

    [[nodiscard]] const SealingKey& key() const noexcept { return key_; }

    /// Seals with `next` from now on. Still opens what the current key sealed, until forget_previous().
    void rotate(SealingKey next) noexcept { previous_ = std::exchange(key_, std::move(next)); }
    [[nodiscard]] bool has_previous() const noexcept { return previous_.has_value(); }
    void forget_previous() noexcept { previous_.reset(); }

  private:
    struct Opened {
        SecretString plain;
        bool by_previous = false;
    };
    [[nodiscard]] Result<Opened> open_with_either(std::span<const std::byte> sealed, std::string_view context) const;

    SealingKey key_;
    std::optional<SealingKey> previous_;
};

}  // namespace agent
