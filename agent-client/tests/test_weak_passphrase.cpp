// SPDX-License-Identifier: Apache-2.0
#include "cli/input/weak_passphrase.h"

#include "expect.h"

using agent::why_weak;

Test(weak_passphrase, is_told_why) {
    const std::pair<std::string_view, std::string_view> rows[] = {
        {"", "has fewer than 8 characters"},
        {"seven77", "has fewer than 8 characters"},
        {"ééééééé", "has fewer than 8 characters"},  // 14 bytes
        {"aaaaaaaaaaaa", "has fewer than 4 different characters"},
        {"abcabcabcabc", "has fewer than 4 different characters"},
        {"12345678", "is a run of neighbours, as 12345678"},
        {"abcdefghijk", "is a run of neighbours, as 12345678"},
        {"987654321", "is a run of neighbours, as 12345678"},
        {"Password", "is one of the first that are tried"},
        {"qwerty123", "is one of the first that are tried"},
    };
    for (const auto& [passphrase, reason] : rows) EXPECT_TEXT(why_weak(passphrase), reason);
}

Test(weak_passphrase, nothing_is_said_of_others) {
    for (const std::string_view good : {"correct horse battery", "eightchr", "12345670", "12345687", "12344321",
                                        "bcdefgha", "李明李明李明中文", "\xff\xfe\xfd\xfc wrong"})
        EXPECT_TEXT(why_weak(good), "");
}
