// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "base/crypto/sealing.h"
#include "base/secret/secret.h"

namespace agent {

/// The secrets of one generation of an account.
struct TokenSet {
    SecretString access_token;
    SecretString refresh_token;
};

/// Seals `tokens` so that they open for this account and generation only.
[[nodiscard]] Bytes seal_token_set(const Sealer& sealer, const TokenSet& tokens, std::string_view account,
                                   std::uint64_t generation);
/// Fails with kInternal if they were sealed for anything else, or are damaged.
[[nodiscard]] Result<TokenSet> open_token_set(const Sealer& sealer, std::span<const std::byte> sealed,
                                              std::string_view account, std::uint64_t generation);
/// The same token set, sealed with the sealer's present key. Fails as open_token_set() does.
[[nodiscard]] Result<Bytes> reseal_token_set(const Sealer& sealer, std::span<const std::byte> sealed,
                                             std::string_view account, std::uint64_t generation);

}  // namespace agent
