// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/key_wrapping.h"

#include <string>

#include "base/bytes.h"
#include "expect.h"

using agent::SealingKey;

namespace {

void init() {
    cr_assert(agent::init_sealing());
}

SealingKey key_of(char fill) {
    return SealingKey::from_raw(agent::as_bytes(std::string(SealingKey::kSize, fill))).value();
}

}  // namespace

TestSuite(key_wrapping, .init = init);

Test(key_wrapping, opens_with_the_key_whose_public_half_it_was) {
    const SealingKey slot = key_of('s');
    const agent::Bytes wrapped = agent::wrap_key(key_of('d'), agent::public_half(slot));
    const auto opened = agent::unwrap_key(wrapped, slot);
    cr_assert(opened);
    EXPECT_TEXT(agent::as_text(opened->raw()), agent::as_text(key_of('d').raw()));
    cr_expect(agent::wrap_key(key_of('d'), agent::public_half(slot)) != wrapped, "no two are alike");
    cr_expect(agent::public_half(slot) == agent::public_half(key_of('s')));
}

Test(key_wrapping, nothing_else_opens_it) {
    const agent::Bytes wrapped = agent::wrap_key(key_of('d'), agent::public_half(key_of('s')));
    const auto with_another = agent::unwrap_key(wrapped, key_of('t'));
    cr_assert_not(with_another);
    cr_expect(with_another.error().code == agent::Error::Code::kForbidden);
    for (std::size_t i = 0; i <= wrapped.size(); ++i) {
        agent::Bytes damaged = wrapped;
        if (i < wrapped.size())
            damaged[i] ^= std::byte{1};
        else
            damaged.pop_back();
        cr_expect_not(agent::unwrap_key(damaged, key_of('s')), "%zu", i);
    }
}
