// SPDX-License-Identifier: Apache-2.0
#include "base/text/printable.h"

#include "expect.h"

using namespace agent;

Test(printable, escapes_what_controls_a_terminal) {
    EXPECT_TEXT(printable("José 李 🎩"), "José 李 🎩");
    EXPECT_TEXT(printable("a\x1b[31mb\n\t\x7f"), "a\\x1b[31mb\\x0a\\x09\\x7f");
    EXPECT_TEXT(printable("\xc2\x9b"
                          "31m"),
                "\\x9b31m");  // CSI in one character
    EXPECT_TEXT(printable("a\u202eb\u2066c\ufeff"), "a\\u202eb\\u2066c\\ufeff");
    // The first and last of each range, and their neighbours.
    EXPECT_TEXT(printable("\u200d\u200e\u200f\u2010"), "\u200d\\u200e\\u200f\u2010");
    EXPECT_TEXT(printable("\u2027\u2028\u202e\u202f"), "\u2027\\u2028\\u202e\u202f");
    EXPECT_TEXT(printable("\u2065\u2066\u2069\u206a"), "\u2065\\u2066\\u2069\u206a");
    EXPECT_TEXT(printable("a\xff\xc3"), "a\ufffd\ufffd");
    EXPECT_TEXT(printable(std::string_view("\0", 1)), "\\x00");
}

Test(printable, json_keeps_its_meaning) {
    const auto shown = [](std::string_view json) {
        SecretBuffer out;
        append_printable_json(out, json);
        return std::string(out.view());
    };
    EXPECT_TEXT(shown(R"({"name":"José 李 🎩","escaped":"\u001b"})"), R"({"name":"José 李 🎩","escaped":"\u001b"})");
    EXPECT_TEXT(shown("{\"a\":\"\xc2\x9b\u202e\x7f\u061c\"}\n"), R"({"a":"\u009b\u202e\u007f\u061c"} )");
    EXPECT_TEXT(shown("\"\xff\""), "\"\ufffd\"");
}
