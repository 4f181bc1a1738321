// SPDX-License-Identifier: Apache-2.0
#include "cli/arguments.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "cli/command.h"

namespace agent {

namespace {

const Option* find_option(std::span<const Option> options, std::string_view name) {
    const auto found = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.name == name; });
    return found == options.end() ? nullptr : &*found;
}

/// Reads the words one by one into the arguments.
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
                return fail_usage("unknown option " + std::string(word));
            } else if (arguments_.command == nullptr) {
                AGENT_CHECK(on_command(word));
            } else {
                arguments_.words.push_back(word);
            }
        }
        AGENT_CHECK(check_counts());
        return std::move(arguments_);
    }

  private:
    std::string_view take() {
        const std::string_view word = rest_.front();
        rest_ = rest_.subspan(1);
        return word;
    }

    tl::unexpected<Failure> fail_usage(std::string_view reason) const { return usage(arguments_.command, reason); }

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
        std::string members;  // of the group that `word` names
        for (const Command& command : all_commands()) {
            const std::string_view name = command.name;
            const bool in_group = name.size() > word.size() && name.starts_with(word) && name[word.size()] == ' ';
            const bool is_it =
                in_group ? !rest_.empty() && name.substr(word.size() + 1) == rest_.front() : name == word;
            if (in_group) members += (members.empty() ? "" : ", ") + std::string(name.substr(word.size() + 1));
            if (!is_it) continue;
            if (in_group) static_cast<void>(take());
            arguments_.command = &command;
            return {};
        }
        const bool wants_help = std::find(rest_.begin(), rest_.end(), std::string_view("--help")) != rest_.end();
        if (members.empty()) return fail_usage("unknown command '" + std::string(word) + "'");
        if (!wants_help) return fail_usage(std::string(word) + " needs one of: " + members);
        return {};
    }

    Reply<void> on_option(std::string_view text) {
        const std::size_t equals = text.find('=');
        const std::string_view name = text.substr(0, equals);
        const Option* option = find_option(common_options(), name);
        if (option == nullptr && arguments_.command != nullptr) {
            option = find_option(arguments_.command->options, name);
        }
        if (option == nullptr) return fail_usage("unknown option --" + std::string(name));
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

    Reply<void> check_counts() const {
        const Command* command = arguments_.command;
        if (arguments_.has("help") || command == nullptr) return {};
        const std::size_t count = arguments_.words.size();
        if (count < command->least_words) {
            return fail_usage(std::string(command->synopsis.substr(0, command->synopsis.find(' '))) + " is missing");
        }
        // Not quoted: it may be a passphrase.
        if (count > command->most_words) return fail_usage("too many arguments");
        if (command->takes_program && arguments_.program.empty()) return fail_usage("-- COMMAND is missing");
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
    std::int64_t number = 0;
    const char* end = text->data() + text->size();
    const auto [stopped, error] = std::from_chars(text->data(), end, number);
    if (error != std::errc() || stopped != end || number < least || number > most) {
        return usage(command, "--" + std::string(option) + " takes a whole number from " + std::to_string(least) +
                                  " to " + std::to_string(most));
    }
    return number;
}

Reply<Arguments> parse_arguments(std::span<char* const> words) {
    return Parser(words).parse();
}

tl::unexpected<Failure> usage(const Command* command, std::string_view reason) {
    const std::string name = command == nullptr ? "" : std::string(command->name) + ' ';
    const std::string context = command == nullptr ? "" : std::string(command->name) + ": ";
    return fail_with(kUsage, context + std::string(reason) + "; try 'clioctl " + name + "--help'");
}

}  // namespace agent
