// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace agent {

/// A program and its arguments.
using Words = std::vector<std::string>;

/// The commands of $BROWSER, which colons separate: each in words, read as a shell reads blanks, quotes and
/// backslashes, but nothing else of a shell. A command that `is_program` is a path with blanks in it. Empty commands
/// are left out.
[[nodiscard]] std::vector<Words> browser_commands(std::string_view variable,
                                                  const std::function<bool(const std::string&)>& is_program);

/// The words with `url` in place of each %s, otherwise at the end.
[[nodiscard]] Words with_url(Words words, const std::string& url);

}  // namespace agent
