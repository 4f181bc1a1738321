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

Test(table, is_cut_to_the_terminal) {
    const std::vector<Row> rows{{"ACCOUNT", "STATE", "REASON"},
                                {"smith-law", "ready", ""},
                                {"jones", "stale", "Clio cannot be reached since noon, \xe6\xbc\xa2\xe5\xad\x97"}};
    EXPECT_TEXT(render_table(fit_table(rows, 40), false),
                "ACCOUNT    STATE  REASON\n"
                "smith-law  ready\n"
                "jones      stale  Clio cannot be reache\u2026\n");
    EXPECT_TEXT(render_table(fit_table(rows, 200), false), render_table(rows, false));
    // Nothing is cut to less than what still tells something.
    EXPECT_TEXT(render_table(fit_table(rows, 5), false),
                "ACCOUNT   STATE  REASON\n"
                "smith-l\u2026  ready\n"
                "jones     stale  Clio ca\u2026\n");
    const std::vector<Row> wide{{"\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97"}};
    EXPECT_TEXT(fit_table(wide, 10).front().front().text, "\xe6\xbc\xa2\xe5\xad\x97\xe6\xbc\xa2\xe5\xad\x97\u2026");
    cr_expect(fit_table({}, 10).empty());
}
