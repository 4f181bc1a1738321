// SPDX-License-Identifier: Apache-2.0
#include "base/bytes.h"

#include <string>

#include "expect.h"

using namespace std::string_view_literals;

Test(bytes, fields_come_back_in_order) {
    const std::string long_field(70000, 'x');
    agent::SecretBuffer out;
    for (const std::string_view field : {"a"sv, ""sv, "with\0nul"sv, std::string_view(long_field)})
        agent::append_field(out, field);
    agent::FieldReader in(out.view());
    EXPECT_TEXT(in.next().value_or("?"), "a");
    EXPECT_TEXT(in.next().value_or("?"), "");
    EXPECT_TEXT(in.next().value_or("?"), "with\0nul"sv);
    cr_expect_not(in.at_end());
    EXPECT_TEXT(in.next().value_or("?"), long_field);
    cr_expect(in.at_end());
    cr_expect_not(in.next());
}

Test(bytes, length_is_little_endian) {
    agent::SecretBuffer out;
    agent::append_field(out, std::string(258, 'x'));
    EXPECT_TEXT(out.view().substr(0, 4), "\x02\x01\0\0"sv);
}

Test(bytes, a_field_that_is_cut_is_nothing) {
    for (const std::string_view cut : {"\1"sv, "\1\0\0"sv, "\1\0\0\0"sv, "\2\0\0\0a"sv, "\xff\xff\xff\xff more"sv}) {
        agent::FieldReader in(cut);
        cr_expect_not(in.next());
    }
}

Test(bytes, text_of_bytes) {
    EXPECT_TEXT(agent::as_text(agent::as_bytes("abc")), "abc");
    EXPECT_TEXT(agent::as_text({}), "");
}
