// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line/arguments.h"

#include <algorithm>
#include <string>

#include "base/text/nearest.h"
#include "base/text/number.h"
#include "cli/command_line/command.h"

namespace agent {

namespace {

const Option* find_option(std::span<const Option> options, std::string_view name) {
    const auto found = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.name == name; });
    return found == options.end() ? nullptr : &*found;
}

const Option* option_of(const Command& command, std::string_view name) {
    const Option* const common = find_option(common_options(), name);
    return common != nullptr ? common : find_option(command.options, name);
}

/// One of any command. An option takes a value in all commands that have it, or in none, so that it can stand before
/// the command.
const Option* option_of_any(std::string_view name) {
    if (const Option* const common = find_option(common_options(), name)) return common;
    for (const Command& command : all_commands()) {
        if (const Option* const found = find_option(command.options, name)) return found;
    }
    return nullptr;
}

std::vector<std::string_view> option_names(const Command& command) {
    std::vector<std::string_view> names;
    for (const auto& options : {command.options, common_options()}) {
        for (const Option& option : options) names.push_back(option.name);
    }
    return names;
}

template <class Words>
std::string listed(const Words& words) {
    std::string text;
    for (const std::string_view word : words) text.append(text.empty() ? "" : ", ").append(word);
    return text;
}

/// Reads the words one by one into the arguments, then checks them against the command.
class Parser {
  public:
    explicit Parser(std::span<char* const> words) : rest_(words) {}

    Reply<Arguments> parse() {
        while (!rest_.empty()) {
            const std::string_view word = take();
            if (word == "--") {
                AGENT_CHECK(take_all_else());
            } else if (word == "-h") {
                arguments_.options.emplace_back("help", "");
            } else if (word.starts_with("--")) {
                AGENT_CHECK(on_option(word.substr(2)));
            } else if (word.starts_with('-') && word != "-") {
                return unknown_option(word);
            } else if (arguments_.command == nullptr) {
                AGENT_CHECK(on_command(word));
            } else {
                arguments_.words.push_back(word);
            }
        }
        AGENT_CHECK(check());
        return std::move(arguments_);
    }

  private:
    std::string_view take() {
        const std::string_view word = rest_.front();
        rest_ = rest_.subspan(1);
        return word;
    }

    [[nodiscard]] tl::unexpected<Failure> fail_usage(std::string_view reason) const {
        return usage(arguments_.command, reason);
    }

    [[nodiscard]] bool asks_for_text() const { return arguments_.has("help") || arguments_.has("version"); }

    Reply<void> take_all_else() {
        if (arguments_.command == nullptr) return fail_usage("no command before --");
        if (arguments_.command->takes_program) {
            arguments_.program = rest_;
        } else {
            arguments_.words.insert(arguments_.words.end(), rest_.begin(), rest_.end());
        }
        rest_ = {};
        return {};
    }

    Reply<void> on_command(std::string_view word) {
        const std::string name = arguments_.group.empty() ? std::string(word) : named_in_group(word);
        arguments_.command = find_command(name);
        if (arguments_.command != nullptr) return {};
        if (arguments_.group.empty() && !group_members(word).empty()) {
            arguments_.group = word;
            return {};
        }
        const std::string meant = did_you_mean(name, command_names());
        if (!meant.empty()) return fail_with(kUsage, "unknown command '" + name + "'" + meant);
        if (!arguments_.group.empty()) return member_is_missing();
        return fail_usage("unknown command '" + name + "'");
    }

    [[nodiscard]] std::string named_in_group(std::string_view word) const {
        return std::string(arguments_.group) + ' ' + std::string(word);
    }

    [[nodiscard]] tl::unexpected<Failure> member_is_missing() const {
        std::vector<std::string_view> members;
        for (const Command* member : group_members(arguments_.group))
            members.push_back(member->name.substr(arguments_.group.size() + 1));
        return fail_usage(std::string(arguments_.group) + " needs one of: " + listed(members));
    }

    Reply<void> on_option(std::string_view text) {
        const std::size_t equals = text.find('=');
        const std::string_view name = text.substr(0, equals);
        const Option* const option = option_of_any(name);
        if (option == nullptr) return unknown_option("--" + std::string(name));
        const bool has_value = equals != std::string_view::npos;
        if (option->value.empty()) {
            if (has_value) return fail_usage("--" + std::string(name) + " takes no value");
            arguments_.options.emplace_back(option->name, "");
            return {};
        }
        if (!has_value && rest_.empty()) return fail_usage("--" + std::string(name) + " needs a value");
        arguments_.options.emplace_back(option->name, has_value ? text.substr(equals + 1) : take());
        return {};
    }

    [[nodiscard]] tl::unexpected<Failure> unknown_option(std::string_view option) const {
        const Command* const command = arguments_.command;
        if (command == nullptr) return fail_usage("unknown option " + std::string(option));
        if (command->takes_program && !arguments_.words.empty()) return double_dash_is_missing();
        const std::string_view bare = option.substr(std::min(option.find_first_not_of('-'), option.size()));
        const std::string_view meant = nearest(bare, option_names(*command));
        if (meant.empty())
            return fail_usage("unknown option " + std::string(option) +
                              (option.starts_with("--") ? "" : " (a name that begins with - goes after --)"));
        return fail_with(kUsage, std::string(command->name) + ": unknown option " + std::string(option) +
                                     "; did you mean --" + std::string(meant) + "?");
    }

    [[nodiscard]] tl::unexpected<Failure> double_dash_is_missing() const {
        const std::vector<std::string_view>& words = arguments_.words;
        const std::size_t program = std::min(words.size() - 1, arguments_.command->most_words);
        std::string example = "clioctl " + std::string(arguments_.command->name);
        for (std::size_t i = 0; i < program; ++i) example += ' ' + std::string(words[i]);
        example += " -- " + std::string(words[program]) + " ...";
        return fail_with(kUsage, std::string(arguments_.command->name) +
                                     ": -- is missing before the command to run, as in: " + example);
    }

    Reply<void> check() const {
        if (asks_for_text()) return {};
        if (arguments_.command == nullptr) {
            if (!arguments_.group.empty()) return member_is_missing();
            return {};
        }
        AGENT_CHECK(check_counts(*arguments_.command));
        return check_options(*arguments_.command);
    }

    [[nodiscard]] Reply<void> check_counts(const Command& command) const {
        const std::size_t count = arguments_.words.size();
        if (count < command.least_words) {
            return fail_usage(std::string(command.synopsis.substr(0, command.synopsis.find(' '))) + " is missing");
        }
        if (command.takes_program && arguments_.program.empty()) {
            if (count > command.most_words) return double_dash_is_missing();
            return fail_usage("-- COMMAND is missing");
        }
        // Not quoted: it may be a passphrase.
        if (count > command.most_words) return fail_usage("too many arguments");
        return {};
    }

    [[nodiscard]] Reply<void> check_options(const Command& command) const {
        for (const auto& [name, value] : arguments_.options) {
            const Option* const option = option_of(command, name);
            if (option == nullptr) return unknown_option("--" + std::string(name));
            const auto& choices = option->choices;
            if (choices.empty() || std::find(choices.begin(), choices.end(), value) != choices.end()) continue;
            return fail_usage("--" + std::string(name) + ": \"" + std::string(value) + "\" is not one of " +
                              listed(choices));
        }
        return {};
    }

    std::span<char* const> rest_;
    Arguments arguments_;
};

}  // namespace

bool Arguments::has(std::string_view option) const noexcept {
    return value(option).has_value();
}

std::optional<std::string_view> Arguments::value(std::string_view option) const noexcept {
    const auto found = std::find_if(options.rbegin(), options.rend(), [&](const auto& o) { return o.first == option; });
    if (found == options.rend()) return std::nullopt;
    return found->second;
}

std::vector<std::string_view> Arguments::values(std::string_view option) const {
    std::vector<std::string_view> found;
    for (const auto& [name, value] : options) {
        if (name == option) found.push_back(value);
    }
    return found;
}

Reply<std::optional<std::int64_t>> Arguments::number(std::string_view option, std::int64_t least,
                                                     std::int64_t most) const {
    const auto text = value(option);
    if (!text) return std::nullopt;
    const auto number = whole_number<std::int64_t>(*text);
    if (!number || *number < least || *number > most) {
        return usage(command, "--" + std::string(option) + " takes a whole number from " + std::to_string(least) +
                                  " to " + std::to_string(most));
    }
    return number;
}

Reply<Arguments> parse_arguments(std::span<char* const> words) {
    return Parser(words).parse();
}

Reply<void> at_most_one(const Arguments& arguments, std::span<const std::string_view> options) {
    std::string given;
    for (const std::string_view option : options) {
        if (!arguments.has(option)) continue;
        if (!given.empty())
            return usage(arguments.command, given + " and --" + std::string(option) + " exclude each other");
        given = "--" + std::string(option);
    }
    return {};
}

tl::unexpected<Failure> usage(const Command* command, std::string_view reason) {
    const std::string name = command == nullptr ? "" : std::string(command->name) + ' ';
    const std::string context = command == nullptr ? "" : std::string(command->name) + ": ";
    return fail_with(kUsage, context + std::string(reason) + "; try 'clioctl " + name + "--help'");
}

}  // namespace agent
