// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <criterion/criterion.h>

#include <string>
#include <string_view>

/// Expects two texts to be the same, and shows both when they are not.
#define EXPECT_TEXT(actual, expected)                                                                 \
    do {                                                                                              \
        const std::string expect_actual{std::string_view(actual)};                                    \
        const std::string expect_expected{std::string_view(expected)};                                \
        cr_expect(expect_actual == expect_expected, "got <%s>, expected <%s>", expect_actual.c_str(), \
                  expect_expected.c_str());                                                           \
    } while (false)

/// Expects `text` to contain `part`.
#define EXPECT_CONTAINS(text, part)                                                                 \
    do {                                                                                            \
        const std::string expect_text{std::string_view(text)};                                      \
        const std::string expect_part{std::string_view(part)};                                      \
        cr_expect(expect_text.find(expect_part) != std::string::npos, "<%s> does not contain <%s>", \
                  expect_text.c_str(), expect_part.c_str());                                        \
    } while (false)
