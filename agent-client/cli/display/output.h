// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/display/table.h"
#include "lib/agent_client.h"
#include "lib/failure.h"

namespace agent {

/// Writes all of `text` to standard output, unbuffered: a reader of a pipe must not have to wait.
[[nodiscard]] Reply<void> print(std::string_view text);
/// The same for a line, which may hold secrets; adds the newline.
[[nodiscard]] Reply<void> print_line(std::string_view line);
/// Prints JSON on one line; on a terminal with everything escaped that could control it.
[[nodiscard]] Reply<void> print_json(std::string_view json);
[[nodiscard]] Reply<void> print_json(const Answer& answer);
/// The same on standard error.
void complain_json(std::string_view json);

/// Writes "clioctl: text" to standard error.
void complain(std::string_view text);
/// Writes `text` as it is, to standard error or to a terminal.
void tell(std::string_view text);
void tell(int terminal, std::string_view text);

/// Warns if standard output is a file that every user may read, before a `secret` is printed.
void warn_of_readable_output(std::string_view secret);

/// The columns of the terminal that standard output is; nullopt if it is not one.
[[nodiscard]] std::optional<std::size_t> output_width();

/// Prints the table, in colours and cut to the terminal where there is one.
[[nodiscard]] Reply<void> print_table(std::vector<Row> rows);

/// Whether standard output is a terminal that shows colours, and NO_COLOR (no-color.org) is not set.
[[nodiscard]] bool wants_colour();

}  // namespace agent
