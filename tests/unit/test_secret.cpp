// SPDX-License-Identifier: Apache-2.0
#include "base/secret/secret.h"

#include <array>
#include <csignal>
#include <string>
#include <type_traits>

#include "expect.h"

using agent::SecretBuffer;
using agent::SecretString;

// A secret goes nowhere unless someone says reveal().
static_assert(!std::is_copy_constructible_v<SecretString> && !std::is_copy_assignable_v<SecretString>);
static_assert(std::is_nothrow_move_constructible_v<SecretString>);
static_assert(!std::is_convertible_v<SecretString, std::string_view>);
static_assert(!std::is_constructible_v<std::string, SecretString>);

Test(secret, wipe_overwrites_and_accepts_nothing) {
    std::array<char, 4> bytes{'a', 'b', 'c', 'd'};
    agent::wipe(bytes.data(), 3);
    EXPECT_TEXT(std::string_view(bytes.data(), bytes.size()), std::string_view("\0\0\0d", 4));
    agent::wipe(nullptr, 0);
}

Test(secret, string_keeps_its_bytes) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {""sv, "x"sv, "fifteen bytes.."sv, "with\0nul"sv}) {
        EXPECT_TEXT(SecretString(text).reveal(), text);
        EXPECT_TEXT(SecretString(text).clone().reveal(), text);
    }
    EXPECT_TEXT(SecretString(std::size_t{2}).reveal(), "\0\0"sv);
}

Test(secret, move_leaves_the_source_empty) {
    SecretString first("first");
    SecretString second("second, longer");
    second = std::move(first);
    EXPECT_TEXT(second.reveal(), "first");
    // A moved-from secret is empty: that is a promise here, so the checks that forbid to look are off.
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    cr_expect(first.empty());
    const SecretString third(std::move(second));
    EXPECT_TEXT(third.reveal(), "first");
    cr_expect(second.reveal().empty());
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

Test(secret, equals_compares_the_whole) {
    const SecretString secret("token");
    cr_expect(secret.equals("token"));
    for (const char* other : {"", "t", "tokem", "uoken", "token2", "Token"})
        cr_expect_not(secret.equals(other), "%s", other);
    cr_expect(SecretString().equals(""));
}

Test(secret, buffer_grows_and_gives_its_text_away) {
    SecretBuffer buffer;
    std::string expected;
    for (int i = 0; i < 2000; ++i) {
        const std::string part = std::to_string(i);
        buffer.append(part);
        expected += part;
    }
    EXPECT_TEXT(buffer.view(), expected);
    EXPECT_TEXT(buffer.take().reveal(), expected);
    cr_expect(buffer.empty());
    EXPECT_TEXT(buffer.take().reveal(), "");
    buffer.append("again");
    EXPECT_TEXT(buffer.view(), "again");
    const std::string_view before = buffer.view();
    buffer.clear();
    EXPECT_TEXT(buffer.view(), "");
    EXPECT_TEXT(before, std::string_view("\0\0\0\0\0", 5));  // the buffer keeps its memory
}

Test(secret, buffer_keeps_its_limit) {
    SecretBuffer buffer(/*limit=*/5);
    cr_expect(buffer.try_append("abc"));
    cr_expect_not(buffer.try_append("def"));
    EXPECT_TEXT(buffer.view(), "abc");
    cr_expect(buffer.try_append("de"));
    cr_expect(buffer.try_append(""));
    cr_expect_not(buffer.try_append("f"));
    EXPECT_TEXT(buffer.take().reveal(), "abcde");
}

Test(secret, moved_buffer_is_empty) {
    SecretBuffer first;
    first.append("text");
    SecretBuffer second(std::move(first));
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
    EXPECT_TEXT(first.view(), "");
    first = std::move(second);
    EXPECT_TEXT(first.view(), "text");
    EXPECT_TEXT(second.view(), "");
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

Test(secret, append_past_the_limit_ends_the_process, .signal = SIGABRT) {
    SecretBuffer buffer(/*limit=*/1);
    buffer.append("ab");
}
