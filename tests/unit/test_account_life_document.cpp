// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "core/accounts/account_life.h"
#include "expect.h"
#include "unit/life_document.h"

Test(account_life_document, shows_the_table) {
    const std::string diagram = diagram_of(agent::transitions());
    cr_assert(document("account-life.md").find(diagram) != std::string::npos, "daemon/account-life.md should hold:\n%s",
              diagram.c_str());
}

Test(account_life_document, says_how_each_state_is_shown) {
    const std::string text = document("account-life.md");
    for (const agent::Transition& row : agent::transitions()) {
        const std::string cells = "| " + std::string(to_string(row.from)) + " | " +
                                  std::string(word_of(agent::kAccountStates, agent::public_state(row.from))) + " | ";
        cr_assert(text.find(cells) != std::string::npos, "no row begins: %s", cells.c_str());
    }
}
