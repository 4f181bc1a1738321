// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/key_wrapping.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <memory>
#include <span>
#include <string>

#include "base/bytes.h"
#include "expect.h"
#include "fakes/own_stack.h"
#include "fakes/sealing.h"

using agent::SealingKey;
using fakes::key_of;
using fakes::need_sealing;

TestSuite(key_wrapping, .init = need_sealing);

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

Test(key_wrapping, leaves_no_secret_half_on_the_stack) {
    if (!fakes::kSeesStacks) cr_skip_test("a sanitizer moves what is on the stack");
    const SealingKey slot = key_of('s');
    std::array<unsigned char, crypto_box_PUBLICKEYBYTES> half{};
    std::string secret(crypto_box_SECRETKEYBYTES, '\0');
    const auto* const seed = reinterpret_cast<const unsigned char*>(slot.raw().data());
    ::crypto_box_seed_keypair(half.data(), reinterpret_cast<unsigned char*>(secret.data()), seed);

    const std::string careless = fakes::stack_after([&] { fakes::leave_on_the_stack(secret); });
    cr_expect(careless.find(secret) != std::string::npos, "it does not see what is there");
    const agent::Bytes* made = nullptr;  // to move or free it in there would write over what is looked for
    const std::string left = fakes::stack_after([&] { made = new agent::Bytes(agent::public_half(slot)); });
    const std::unique_ptr<const agent::Bytes> owned(made);
    cr_expect(std::ranges::equal(*made, std::as_bytes(std::span(half))));
    cr_expect(left.find(secret) == std::string::npos);
}
