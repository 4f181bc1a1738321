// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"

#include <set>
#include <string>

#include "cli/help.h"
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
