// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/token_set.h"

#include "base/bytes.h"
#include "core/store/seal_context.h"

namespace agent {

namespace {

constexpr std::string_view kTokenSetPurpose = "token-set";

}  // namespace

Bytes seal_token_set(const Sealer& sealer, const TokenSet& tokens, std::string_view account, std::uint64_t generation) {
    SecretBuffer plain;
    append_field(plain, tokens.access_token.reveal());
    append_field(plain, tokens.refresh_token.reveal());
    return sealer.seal(plain.view(), seal_context(kTokenSetPurpose, account, generation));
}

Result<TokenSet> open_token_set(const Sealer& sealer, std::span<const std::byte> sealed, std::string_view account,
                                std::uint64_t generation) {
    AGENT_TRY(const SecretString plain, sealer.open(sealed, seal_context(kTokenSetPurpose, account, generation)));
    FieldReader fields(plain.reveal());
    const auto access_token = fields.next();
    const auto refresh_token = fields.next();
    if (!access_token || !refresh_token || !fields.at_end())
        return fail(Error::Code::kInternal, "token set of " + std::string(account) + ": not in a known form");
    return TokenSet{.access_token = SecretString(*access_token), .refresh_token = SecretString(*refresh_token)};
}

Result<Bytes> reseal_token_set(const Sealer& sealer, std::span<const std::byte> sealed, std::string_view account,
                               std::uint64_t generation) {
    return sealer.resealed(sealed, seal_context(kTokenSetPurpose, account, generation));
}

}  // namespace agent
