// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "cli/command_line/arguments.h"
#include "lib/failure.h"

namespace agent {

struct Option {
    std::string_view name;   // without the dashes
    std::string_view value;  // placeholder for its value in the help; empty for a switch
    std::string_view help;
    std::span<const std::string_view> choices = {};  // the values that are allowed; empty for any
};

/// One command, as the parser, the help and the tests of the man page and completions see it.
struct Command {
    std::string_view name;      // "token", or "app add": a member of the group "app"
    std::string_view synopsis;  // what follows the name
    std::string_view summary;
    std::span<const Option> options;  // besides the common ones
    std::size_t least_words = 0;
    std::size_t most_words = 0;
    bool takes_program = false;  // "-- COMMAND…"
    /// Runs it; the value is the exit status.
    Reply<int> (*run)(const Arguments& arguments) = nullptr;
};

/// The table, in the order of help.
[[nodiscard]] std::span<const Command> all_commands() noexcept;
/// Options of every command.
[[nodiscard]] std::span<const Option> common_options() noexcept;

/// Null when there is none of this name.
[[nodiscard]] const Command* find_command(std::string_view name) noexcept;
/// The commands of a group; empty when there is no such group.
[[nodiscard]] std::vector<const Command*> group_members(std::string_view group);
/// All names of commands, for a person who mistyped one.
[[nodiscard]] std::vector<std::string_view> command_names();

}  // namespace agent
