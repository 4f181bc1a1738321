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

/// One line from `fd`, without the newline; nullopt at the end of the input. Reads no byte after the line, since
/// another process may need it. Fails with "bad_request" if it is longer than `limit`, or like Patience::await().
[[nodiscard]] Reply<std::optional<SecretString>> read_line(int fd, std::size_t limit, const Patience& patience);

/// The line as a secret. Fails with "bad_request" if it is missing, empty, or not UTF-8, which JSON could not carry
/// unchanged.
[[nodiscard]] Reply<SecretString> as_secret(std::optional<SecretString> line);

/// An app's secret: the one line of `file`, of standard input if that is "-", otherwise typed on the terminal without
/// echo. Fails like client_secret_of(), and with "bad_request" when there is neither a file nor a terminal.
[[nodiscard]] Reply<SecretString> read_client_secret(std::optional<std::string_view> file);

}  // namespace agent
