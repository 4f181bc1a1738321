// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <sstream>
#include <string>

#include "core/accounts/account_life.h"
#include "expect.h"

namespace {

std::string document() {
    std::ifstream file(SOURCE_ROOT "/daemon/account-life.md");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string diagram_of_table() {
    std::string text = "```mermaid\nstateDiagram-v2\n";
    for (const agent::Transition& row : agent::transitions()) {
        text.append("    ").append(to_string(row.from)).append(" --> ").append(to_string(row.to));
        text.append(": ").append(to_string(row.on)).append(" / ").append(to_string(row.action)).append("\n");
    }
    return text + "```\n";
}

}  // namespace

Test(account_life_document, shows_the_table) {
    const std::string diagram = diagram_of_table();
    cr_assert(document().find(diagram) != std::string::npos, "daemon/account-life.md should hold:\n%s",
              diagram.c_str());
}

Test(account_life_document, says_how_each_state_is_shown) {
    const std::string text = document();
    for (const agent::Transition& row : agent::transitions()) {
        const std::string cells =
            "| " + std::string(to_string(row.from)) + " | " + std::string(agent::public_word(row.from)) + " | ";
        cr_assert(text.find(cells) != std::string::npos, "no row begins: %s", cells.c_str());
    }
}
