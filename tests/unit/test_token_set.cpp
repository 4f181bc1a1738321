// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/token_set.h"

#include "core/store/seal_context.h"
#include "expect.h"
#include "fakes/sealing.h"

using agent::Bytes;
using agent::Sealer;
using agent::SealingKey;
using agent::SecretString;
using agent::TokenSet;
using fakes::need_sealing;
using fakes::sealer_of;

namespace {

Bytes seal(const Sealer& sealer, const char* access_token, const char* refresh_token) {
    const TokenSet tokens{.access_token = SecretString(access_token), .refresh_token = SecretString(refresh_token)};
    return agent::seal_token_set(sealer, tokens, "smith", 7);
}

}  // namespace

TestSuite(token_set, .init = need_sealing);

Test(token_set, opens_as_it_was_sealed) {
    const Sealer sealer = sealer_of('k');
    for (const auto& [access, refresh] : {std::pair("A", "R"), std::pair("A", ""), std::pair("", "")}) {
        const auto opened = agent::open_token_set(sealer, seal(sealer, access, refresh), "smith", 7);
        cr_assert(opened);
        EXPECT_TEXT(opened->access_token.reveal(), access);
        EXPECT_TEXT(opened->refresh_token.reveal(), refresh);
    }
}

Test(token_set, opens_for_nobody_else) {
    const Sealer sealer = sealer_of('k');
    const Bytes sealed = seal(sealer, "A", "R");
    cr_expect_not(agent::open_token_set(sealer, sealed, "smith", 8));
    cr_expect_not(agent::open_token_set(sealer, sealed, "smith", 6));
    cr_expect_not(agent::open_token_set(sealer, sealed, "smithy", 7));
    cr_expect_not(agent::open_token_set(sealer_of('l'), sealed, "smith", 7));
    cr_expect_not(agent::open_token_set(sealer, {}, "smith", 7));
}

Test(token_set, one_flipped_bit_is_refused) {
    const Sealer sealer = sealer_of('k');
    const Bytes sealed = seal(sealer, "A", "R");
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes damaged = sealed;
        damaged[i] ^= std::byte{1};
        const auto opened = agent::open_token_set(sealer, damaged, "smith", 7);
        cr_assert_not(opened);
        cr_expect(opened.error().code == agent::Error::Code::kInternal);
    }
}

Test(token_set, another_form_is_refused) {
    const Sealer sealer = sealer_of('k');
    for (const std::string_view plain :
         {std::string_view(""), std::string_view("\1\0\0\0A", 5), std::string_view("\1\0\0\0A\1\0\0\0R?", 11)}) {
        const Bytes sealed = sealer.seal(plain, agent::seal_context("token-set", "smith", 7));
        const auto opened = agent::open_token_set(sealer, sealed, "smith", 7);
        cr_assert_not(opened);
        EXPECT_CONTAINS(opened.error().message, "not in a known form");
    }
}

Test(token_set, contexts_differ) {
    EXPECT_TEXT(agent::seal_context("token-set", "smith", 7), "clio-agent/1 token-set smith 7");
    cr_expect(agent::seal_context("a", "b", 11) != agent::seal_context("a", "b1", 1));
}
