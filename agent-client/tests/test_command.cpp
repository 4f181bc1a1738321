// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line/command.h"

#include <map>
#include <set>
#include <string>

#include "cli/command_line/help.h"
#include "expect.h"

using namespace agent;

// The table is written by hand: its parts must agree.

Test(command, names_are_unique) {
    std::set<std::string_view> names;
    for (const Command& command : all_commands()) {
        cr_expect(names.insert(command.name).second, "%s is there twice", std::string(command.name).c_str());
        cr_expect(command.run != nullptr && !command.summary.empty());
    }
}

Test(command, synopses_name_every_option) {
    for (const Command& command : all_commands()) {
        for (const Option& option : command.options) {
            std::string form = "--" + std::string(option.name);
            if (!option.value.empty()) form += " " + std::string(option.value);
            EXPECT_CONTAINS(command.synopsis, form);
        }
    }
}

// Otherwise an option could not stand before the command.
Test(command, an_option_takes_a_value_everywhere_or_nowhere) {
    std::map<std::string_view, bool> takes;
    for (const Command& command : all_commands()) {
        for (const Option& option : command.options) {
            const auto [known, is_new] = takes.emplace(option.name, !option.value.empty());
            cr_expect(known->second == !option.value.empty(), "--%s", std::string(option.name).c_str());
        }
    }
}

Test(command, help_names_the_values_that_are_allowed) {
    for (const Command& command : all_commands()) {
        for (const Option& option : command.options) {
            for (const std::string_view choice : option.choices) EXPECT_CONTAINS(option.help, choice);
        }
    }
}

Test(command, groups) {
    cr_expect(group_members("app").size() >= 3 && group_members("key").size() >= 5);
    cr_expect(group_members("ap").empty() && group_members("").empty() && group_members("token").empty());
    const std::string help = group_help("app");
    for (const Command* member : group_members("app")) EXPECT_CONTAINS(help, member->summary);
    cr_expect(help.find("key list") == std::string::npos);
}

Test(command, synopses_tell_how_many_words) {
    for (const Command& command : all_commands()) {
        const std::string_view words = command.synopsis.substr(0, command.synopsis.find("--"));
        const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
        const std::size_t needed = !words.empty() && is_upper(words.front()) ? 1 : 0;
        std::size_t may = needed;  // each "[WORD]" adds one, whether or not it is a choice
        for (std::size_t i = 0; i + 1 < words.size(); ++i) {
            if (words[i] == '[' && is_upper(words[i + 1])) ++may;
        }
        cr_expect(command.least_words == needed, "%s", std::string(command.name).c_str());
        cr_expect(command.most_words == may, "%s", std::string(command.name).c_str());
        cr_expect(command.takes_program == command.synopsis.ends_with("-- COMMAND..."));
    }
}

Test(command, help_shows_everything) {
    const std::string help = general_help();
    for (const Command& command : all_commands()) {
        EXPECT_CONTAINS(help, command.summary);
        const std::string of_command = command_help(command);
        EXPECT_CONTAINS(of_command, command.synopsis);
        for (const Option& option : command.options) EXPECT_CONTAINS(of_command, option.help);
        for (const Option& option : common_options()) EXPECT_CONTAINS(of_command, option.help);
    }
}
