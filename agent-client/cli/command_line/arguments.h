// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/failure.h"

namespace agent {

struct Command;

/// The code for an invalid command line.
inline constexpr std::string_view kUsage = "usage";

/// The parsed command line. All views are into argv.
struct Arguments {
    const Command* command = nullptr;
    std::string_view group;  // "app" of "app add"; without a command the person named only the group
    std::vector<std::pair<std::string_view, std::string_view>> options;  // without the dashes; in order
    std::vector<std::string_view> words;                                 // ACCOUNT, NAME
    std::span<char* const> program;                                      // what follows "--" for `run`

    [[nodiscard]] bool has(std::string_view option) const noexcept;
    /// The last one counts, so that an alias can be overridden.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view option) const noexcept;
    [[nodiscard]] std::vector<std::string_view> values(std::string_view option) const;
    /// The value as a whole number of [least, most]. Fails with "usage".
    [[nodiscard]] Reply<std::optional<std::int64_t>> number(std::string_view option, std::int64_t least,
                                                            std::int64_t most) const;
};

/// Parses `words`, the arguments of main() after the program's name, by the command table. Options may appear anywhere,
/// also before the command: "--name value" or "--name=value", never abbreviated. After "--" nothing is an option.
/// Without a command, or with "--help" or "--version", the rest is not checked. Fails with "usage".
[[nodiscard]] Reply<Arguments> parse_arguments(std::span<char* const> words);

/// Fails with "usage" when more than one of `options` was given.
[[nodiscard]] Reply<void> at_most_one(const Arguments& arguments, std::span<const std::string_view> options);

/// "token: reason; try 'clioctl token --help'".
[[nodiscard]] tl::unexpected<Failure> usage(const Command* command, std::string_view reason);

}  // namespace agent
