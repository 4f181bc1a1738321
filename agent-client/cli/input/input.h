// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/secret/secret.h"
#include "lib/failure.h"
#include "lib/patience.h"

namespace agent {

inline constexpr std::size_t kLongestSecret = 4096;  // bytes of one that is typed or read

/// One line from `fd`, without its end; nothing at the end of the input. Takes no byte behind the line, which may be
/// another's. Fails with "bad_request" when it is longer than `limit`, or like Patience::await().
[[nodiscard]] Reply<std::optional<SecretString>> read_line(int fd, std::size_t limit, const Patience& patience);

/// The line as a secret. Fails with "bad_request" when there is none, when it is empty, and when it is no UTF-8: JSON
/// could carry it only altered.
[[nodiscard]] Reply<SecretString> as_secret(std::optional<SecretString> line);

/// A secret of one line: from `file`, from standard input when that is "-", else typed on the terminal without echo.
/// Fails like as_secret(), and with "bad_request" when there is neither a file nor a terminal.
[[nodiscard]] Reply<SecretString> read_secret(std::optional<std::string_view> file, std::string_view prompt);

}  // namespace agent
