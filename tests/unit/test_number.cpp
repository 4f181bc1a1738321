// SPDX-License-Identifier: Apache-2.0
#include "base/text/number.h"

#include <cstdint>

#include "expect.h"

using agent::whole_number;

Test(number, is_the_whole_text) {
    cr_expect(whole_number<int>("42") == 42);
    cr_expect(whole_number<int>("-1") == -1);
    cr_expect(whole_number<int>("1f", 16) == 31);
    for (const char* text : {"", " 42", "42 ", "+42", "4x", "0x2a", "1e3", "4.0"})
        cr_expect(!whole_number<int>(text), "%s", text);
}

Test(number, fits_its_type) {
    cr_expect(whole_number<std::uint8_t>("255") == 255);
    cr_expect(!whole_number<std::uint8_t>("256"));
    cr_expect(!whole_number<std::uint8_t>("-1"));
}
