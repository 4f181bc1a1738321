// SPDX-License-Identifier: Apache-2.0
#include "base/crypto/recovery_key.h"

#include <string>

#include "base/bytes.h"
#include "base/text/encoding.h"
#include "expect.h"
#include "fakes/sealing.h"

using fakes::need_sealing;

namespace {

std::string key_of(std::string_view text) {
    const auto key = agent::read_recovery_key(text);
    return key ? std::string(agent::as_text(key->raw())) : key.error().message;
}

// 20 zero bytes, without the checksum.
constexpr std::string_view kZero = "0000-0000-0000-0000-0000-0000-0000-0000-";

}  // namespace

TestSuite(recovery_key, .init = need_sealing);

Test(recovery_key, is_read_as_it_was_made) {
    for (int i = 0; i < 200; ++i) {
        const auto made = agent::make_recovery_key();
        cr_assert(made.size() == 44, "%zu", made.size());
        const std::string text(made.reveal());
        const std::string key = key_of(text);
        cr_assert(key.size() == agent::SealingKey::kSize, "%s", key.c_str());
        std::string sloppy;
        for (const char c : text) {
            if (c == '-')
                sloppy += ' ';
            else if (c == '1')
                sloppy += i % 2 == 0 ? 'l' : 'I';
            else if (c == '0')
                sloppy += 'o';
            else
                sloppy += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        cr_assert(key_of(sloppy) == key);
        cr_assert(key_of(std::string(agent::make_recovery_key().reveal())) != key);
    }
}

Test(recovery_key, a_wrong_character_is_noticed) {
    const std::string text(agent::make_recovery_key().reveal());
    int unnoticed = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '-') continue;
        std::string wrong = text;
        wrong[i] = wrong[i] == '7' ? '8' : '7';
        unnoticed += agent::read_recovery_key(wrong) ? 1 : 0;
    }
    cr_expect(unnoticed == 0, "%d", unnoticed);
    std::string swapped = text;
    std::swap(swapped[0], swapped[40]);
    if (swapped != text) EXPECT_CONTAINS(key_of(swapped), "checksum is wrong");
}

Test(recovery_key, says_how_it_was_misread) {
    EXPECT_CONTAINS(key_of(""), "too short");
    EXPECT_CONTAINS(key_of(kZero), "too short");
    EXPECT_CONTAINS(key_of(std::string(kZero) + "0000-0"), "too long");
    EXPECT_CONTAINS(key_of(std::string(kZero) + "000U"), "an invalid character");
    EXPECT_CONTAINS(key_of(std::string(kZero) + "0000"), "checksum");
}

Test(recovery_key, its_format_stays) {
    // BLAKE2b of 20 zero bytes, keyed, as Python's hashlib has it.
    const auto key = agent::read_recovery_key(std::string(kZero) + "BM08");
    cr_assert(key, "%s", key.error().message.c_str());
    EXPECT_TEXT(agent::hex(key->raw()), "ec29d044338db24a2e548aa77881be3886a83692be3765616808138db91c45fb");
}
