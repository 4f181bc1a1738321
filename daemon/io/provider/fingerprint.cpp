// SPDX-License-Identifier: Apache-2.0
#include "io/provider/fingerprint.h"

#include <sodium.h>

#include <array>
#include <span>
#include <utility>

#include "base/text/encoding.h"

namespace agent {

Result<Fingerprint> Fingerprint::make() {
    AGENT_TRY(SealingKey key, SealingKey::generate());
    return Fingerprint(std::move(key));
}

std::string Fingerprint::of(std::string_view secret) const {
    constexpr std::size_t kShown = 4;
    std::array<unsigned char, crypto_generichash_BYTES> digest{};
    ::crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(secret.data()),
                         secret.size(), reinterpret_cast<const unsigned char*>(key_.raw().data()), SealingKey::kSize);
    return "#" + hex(std::as_bytes(std::span(digest).first<kShown>())) + "/" + std::to_string(secret.size());
}

}  // namespace agent
