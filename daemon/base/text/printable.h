// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "base/secret/secret.h"

namespace agent {

/// `text` for a terminal or a single line: control characters and those that change the direction of writing become
/// "\x1b" or "\u202e", bytes that are not UTF-8 become U+FFFD. Names come from other people.
[[nodiscard]] std::string printable(std::string_view text);

/// The same for a JSON text, which keeps its meaning: what printable() escapes becomes "\u202e" in it, and bytes that
/// are not UTF-8 U+FFFD. Appends to `out`, since it may hold a token.
void append_printable_json(SecretBuffer& out, std::string_view json);

}  // namespace agent
