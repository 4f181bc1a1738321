// SPDX-License-Identifier: Apache-2.0
#include "protocol/names.h"

#include <string>

#include "expect.h"

Test(names, only_these_characters) {
    const std::string allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-";
    for (int c = 0; c < 256; ++c) {
        const std::string name(1, static_cast<char>(c));
        const bool alone = c != '.' && allowed.find(name) != std::string::npos;
        cr_expect(agent::is_valid_name(name) == alone, "character %d", c);
        cr_expect(agent::is_valid_name("x" + name) == (alone || c == '.'), "character %d", c);
    }
    cr_expect(agent::is_valid_name("jane.doe@smith-law_2"));
    cr_expect_not(agent::is_valid_name("smith law"));
    cr_expect_not(agent::is_valid_name("../etc/passwd"));
}

Test(names, what_a_client_would_take_out_of_a_path) {
    cr_expect_not(agent::is_valid_name("."));
    cr_expect_not(agent::is_valid_name(".."));
    cr_expect(agent::is_valid_name("..."));
    cr_expect(agent::is_valid_name(".a"));
}

Test(names, from_1_to_64_characters) {
    cr_expect_not(agent::is_valid_name(""));
    cr_expect(agent::is_valid_name(std::string(64, 'a')));
    cr_expect_not(agent::is_valid_name(std::string(65, 'a')));
}
