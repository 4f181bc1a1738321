// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "base/secret.h"
#include "lib/failure.h"
#include "lib/patience.h"

namespace agent {

/// One line from `fd`, without its end; nothing at the end of the input. Takes no byte behind the line, which may be
/// another's. Fails with "bad_request" when it is longer than `limit`, or like Patience::await().
[[nodiscard]] Reply<std::optional<SecretString>> read_line(int fd, std::size_t limit, const Patience& patience);

/// A secret of one line: from `file`, from standard input when that is "-", else typed on the terminal without echo.
/// Fails with "bad_request" when it is empty, and when there is neither a file nor a terminal.
[[nodiscard]] Reply<SecretString> read_secret(std::optional<std::string_view> file, std::string_view prompt);

}  // namespace agent
