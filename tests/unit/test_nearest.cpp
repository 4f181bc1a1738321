// SPDX-License-Identifier: Apache-2.0
#include "base/text/nearest.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "expect.h"

using namespace agent;

namespace {

constexpr std::array<std::string_view, 5> kWords{"token", "list", "login", "logout", "lock"};

}  // namespace

Test(nearest, a_word_that_was_mistyped) {
    struct Row {
        const char* typed;
        const char* meant;
    };
    for (const Row& row : {Row{"tokne", "token"}, Row{"tokn", "token"}, Row{"tookeen", "token"}, Row{"TOKEN", "token"},
                           Row{"tok", "token"}, Row{"lst", "list"}, Row{"lsit", "list"}, Row{"logut", "logout"},
                           Row{"logn", "login"}, Row{"zoken", "token"}})
        EXPECT_TEXT(nearest(row.typed, kWords), row.meant);
}

Test(nearest, another_word) {
    for (const char* typed : {"", "backup", "x", "zz", "kentos", "frobnicate"}) EXPECT_TEXT(nearest(typed, kWords), "");
    EXPECT_TEXT(nearest(std::string(1000, 't'), kWords), "");
    EXPECT_TEXT(nearest("token", {}), "");
}

Test(nearest, among_too_many_none_is_looked_for) {
    std::vector<std::string_view> words(kMostNearWords, "token");
    EXPECT_TEXT(nearest("tokne", words), "token");
    words.push_back("token");
    EXPECT_TEXT(nearest("tokne", words), "");
}

Test(nearest, did_you_mean) {
    EXPECT_TEXT(did_you_mean("tokne", kWords), "; did you mean token?");
    EXPECT_TEXT(did_you_mean("frobnicate", kWords), "");
}
