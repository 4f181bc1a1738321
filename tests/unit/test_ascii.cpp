// SPDX-License-Identifier: Apache-2.0
#include "base/text/ascii.h"

#include "expect.h"

Test(ascii, is_compared_without_case) {
    cr_expect(agent::equal_ignoring_case("Bearer", "bEARER"));
    cr_expect(agent::equal_ignoring_case("", ""));
    cr_expect_not(agent::equal_ignoring_case("bearer", "bearer "));
    cr_expect_not(agent::equal_ignoring_case("bearer", "beare"));
    cr_expect_not(agent::equal_ignoring_case("[", "{"), "neighbours of the letters are not letters");
    cr_expect_not(agent::equal_ignoring_case("\xc3\x84", "\xc3\xa4"));
}

Test(ascii, is_trimmed) {
    EXPECT_TEXT(agent::trimmed(" \t a b\t "), "a b");
    EXPECT_TEXT(agent::trimmed("a"), "a");
    EXPECT_TEXT(agent::trimmed(" \t"), "");
    EXPECT_TEXT(agent::trimmed(""), "");
}
