// SPDX-License-Identifier: Apache-2.0
#include "cli/display/text.h"

#include "base/text/shell.h"
#include "expect.h"

using namespace agent;

Test(text, columns) {
    cr_expect(columns("") == 0);
    cr_expect(columns("abc") == 3);
    cr_expect(columns("José") == 4);
    cr_expect(columns("Jose\u0301") == 4);
    cr_expect(columns("李明") == 4);
    cr_expect(columns("🎩") == 2);
    cr_expect(columns("\ufffd") == 1);
}

Test(text, shell_quoted) {
    EXPECT_TEXT(shell_quoted("/run/a b"), "'/run/a b'");
    EXPECT_TEXT(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
    EXPECT_TEXT(shell_quoted(""), "''");
}

Test(text, times) {
    EXPECT_TEXT(relative_time(0), "now");
    EXPECT_TEXT(relative_time(1), "now");
    EXPECT_TEXT(relative_time(-1), "now");
    EXPECT_TEXT(relative_time(2), "in 2 s");
    EXPECT_TEXT(relative_time(119), "in 119 s");
    EXPECT_TEXT(relative_time(120), "in 2 min");
    EXPECT_TEXT(relative_time(2579), "in 42 min");
    EXPECT_TEXT(relative_time(-7200), "2 h ago");
    EXPECT_TEXT(relative_time(172799), "in 47 h");
    EXPECT_TEXT(relative_time(2592000), "in 30 d");
}
