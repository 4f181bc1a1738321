// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/sealing.h"

#include <algorithm>
#include <string>

#include "expect.h"
#include "fakes/sealing.h"

using agent::Bytes;
using agent::Sealer;
using agent::SealingKey;
using fakes::need_sealing;
using fakes::sealer_of;

TestSuite(sealing, .init = need_sealing);

Test(sealing, opens_what_it_sealed) {
    const Sealer sealer = sealer_of('k');
    for (const std::size_t size : {0U, 1U, 40U, 100'000U}) {
        const std::string plain(size, 'p');
        const Bytes sealed = sealer.seal(plain, "account:smith-law:7");
        cr_expect(sealed.size() == size + Sealer::kOverhead);
        const auto opened = sealer.open(sealed, "account:smith-law:7");
        cr_assert(opened);
        EXPECT_TEXT(opened->reveal(), plain);
    }
    cr_expect(sealer.open(sealer.seal("x", ""), ""));
}

Test(sealing, never_seals_twice_the_same) {
    const Sealer sealer = sealer_of('k');
    cr_expect(sealer.seal("same", "same") != sealer.seal("same", "same"));
}

Test(sealing, refuses_another_key_context_or_byte) {
    const Sealer sealer = sealer_of('k');
    const Bytes sealed = sealer.seal("plain", "context");
    const auto expect_refused = [](const auto& opened) {
        cr_assert_not(opened);
        cr_expect(opened.error().code == agent::Error::Code::kInternal);
        cr_expect(opened.error().message.starts_with("cannot be opened: "));
    };
    expect_refused(sealer_of('l').open(sealed, "context"));
    expect_refused(sealer.open(sealed, "contexT"));
    expect_refused(sealer.open(sealed, ""));
    expect_refused(sealer.open(sealed, "context "));
    for (std::size_t i = 0; i < sealed.size(); ++i) {
        Bytes damaged = sealed;
        damaged[i] ^= std::byte{1};
        expect_refused(sealer.open(damaged, "context"));
        expect_refused(sealer.open(std::span(sealed).first(i), "context"));
    }
    Bytes longer = sealed;
    longer.push_back(std::byte{0});
    expect_refused(sealer.open(longer, "context"));
}

Test(sealing, plain_text_does_not_show) {
    const Bytes sealed = sealer_of('k').seal("needle", "context");
    const auto needle = agent::as_bytes("needle");
    cr_expect(std::search(sealed.begin(), sealed.end(), needle.begin(), needle.end()) == sealed.end());
}

Test(sealing, keys) {
    const std::string raw(SealingKey::kSize, 'r');
    const auto key = SealingKey::from_raw(agent::as_bytes(raw));
    cr_assert(key);
    cr_expect(std::ranges::equal(key->raw(), agent::as_bytes(raw)));
    for (const std::size_t size : {0U, 31U, 33U}) {
        const auto wrong = SealingKey::from_raw(agent::as_bytes(std::string(size, 'r')));
        cr_assert_not(wrong);
        cr_expect(wrong.error().code == agent::Error::Code::kBadRequest);
    }
    cr_expect_not(std::ranges::equal(SealingKey::generate()->raw(), SealingKey::generate()->raw()));
}
