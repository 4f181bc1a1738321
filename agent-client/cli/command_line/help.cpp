// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line/help.h"

#include "cli/display/table.h"

namespace agent {

namespace {

void add_options(std::vector<Row>& rows, std::span<const Option> options) {
    for (const Option& option : options) {
        std::string form = "  --" + std::string(option.name);
        if (!option.value.empty()) form += ' ' + std::string(option.value);
        rows.push_back({form, option.help});
    }
}

std::string table(const std::vector<Row>& rows) {
    return render_table(rows, /*colour=*/false);
}

}  // namespace

std::string general_help() {
    std::vector<Row> rows;
    for (const Command& command : all_commands()) rows.push_back({"  " + std::string(command.name), command.summary});
    std::string text =
        "usage: clioctl COMMAND ...\n\nAccess tokens for Clio from the agent that keeps them fresh.\n\ncommands:\n" +
        table(rows);
    rows.clear();
    add_options(rows, common_options());
    return text + "\noptions of every command:\n" + table(rows) + "\nMore: clioctl help COMMAND, clioctl(1)\n";
}

std::string group_help(std::string_view group) {
    std::vector<Row> rows;
    for (const Command* member : group_members(group))
        rows.push_back({"  " + std::string(member->name), member->summary});
    return "usage: clioctl " + std::string(group) + " COMMAND ...\n\ncommands:\n" + table(rows) +
           "\nMore: clioctl help " + std::string(group) + " COMMAND\n";
}

std::string command_help(const Command& command) {
    std::string text = "usage: clioctl " + std::string(command.name);
    if (!command.synopsis.empty()) text += ' ' + std::string(command.synopsis);
    std::vector<Row> rows;
    add_options(rows, command.options);
    add_options(rows, common_options());
    return text + "\n\n" + std::string(command.summary) + "\n\noptions:\n" + table(rows);
}

}  // namespace agent
