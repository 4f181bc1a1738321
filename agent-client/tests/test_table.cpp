// SPDX-License-Identifier: Apache-2.0
#include "cli/display/table.h"

#include "expect.h"

using namespace agent;

Test(table, aligns) {
    EXPECT_TEXT(render_table({{"A", "LONG", "C"}, {"abc", "x", "y"}}, false),
                "A    LONG  C\n"
                "abc  x     y\n");
}

Test(table, counts_columns_of_a_terminal) {
    EXPECT_TEXT(render_table({{"李", "x"}, {"José", "y"}}, false),
                "李    x\n"
                "José  y\n");
}

Test(table, leaves_no_space_at_the_end) {
    EXPECT_TEXT(render_table({{"a", "bb", ""}, {"a", "", "c"}, {"a"}, {""}}, false),
                "a  bb\n"
                "a      c\n"
                "a\n"
                "\n");
}

Test(table, makes_text_printable) {
    EXPECT_TEXT(render_table({{"\x1b[2J"}}, false), "\\x1b[2J\n");
}

Test(table, colours) {
    EXPECT_TEXT(render_table({{{"ready", Tone::kGood}, {"x", Tone::kPlain}}, {{"no", Tone::kBad}, {"y"}}}, true),
                "\x1b[32mready\x1b[0m  x\n"
                "\x1b[31mno\x1b[0m     y\n");
}

Test(table, empty) {
    EXPECT_TEXT(render_table({}, true), "");
}
