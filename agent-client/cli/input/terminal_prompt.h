// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/secret/secret.h"
#include "lib/failure.h"

namespace agent {

/// Shows `prompt` on the controlling terminal, whatever standard input is, and reads a line without echo; nullopt at
/// the end of the input. A signal takes effect once the terminal echoes again; after Ctrl-Z and fg it asks again.
/// Without a terminal, fails with "bad_request" and `without_terminal`, which says what else to do.
[[nodiscard]] Reply<std::optional<SecretString>> ask_on_terminal(std::string_view prompt,
                                                                 std::string_view without_terminal);

/// Shows `prompt` and reads a line with echo; blanks around it are taken off. Fails with "interrupted" at the end of
/// the input, with "bad_request" without a terminal.
[[nodiscard]] Reply<std::string> ask_visibly(std::string_view prompt);

}  // namespace agent
