// SPDX-License-Identifier: Apache-2.0
#include "core/keys/lock_life.h"

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "expect.h"

using namespace agent;

namespace {

std::string diagram_of_table() {
    std::string text = "```mermaid\nstateDiagram-v2\n";
    for (const LockTransition& row : lock_transitions()) {
        text.append("    ").append(to_string(row.from)).append(" --> ").append(to_string(row.to));
        text.append(": ").append(to_string(row.on)).append(" / ").append(to_string(row.action)).append("\n");
    }
    return text + "```\n";
}

}  // namespace

Test(lock_life, the_document_shows_the_table) {
    std::ifstream file(SOURCE_ROOT "/daemon/lock-life.md");
    std::ostringstream document;
    document << file.rdbuf();
    const std::string diagram = diagram_of_table();
    cr_assert(document.str().find(diagram) != std::string::npos, "daemon/lock-life.md should hold:\n%s",
              diagram.c_str());
}

Test(lock_life, each_event_has_one_row_in_a_state) {
    std::set<std::pair<LockState, LockEvent>> seen;
    for (const LockTransition& row : lock_transitions())
        cr_expect(seen.insert({row.from, row.on}).second, "twice: %s in %s", to_string(row.on).data(),
                  to_string(row.from).data());
}

Test(lock_life, requests_have_a_row_in_every_state) {
    for (const LockState state :
         {LockState::kLocked, LockState::kOpen, LockState::kChecking, LockState::kClosing, LockState::kStopping}) {
        for (const LockEvent event : {LockEvent::kLockAsked, LockEvent::kKeyFound, LockEvent::kStopAsked})
            static_cast<void>(next(state, event));  // aborts where there is none
    }
}

Test(lock_life, what_was_wound_down_is_served_again_or_closed) {
    for (const LockTransition& row : lock_transitions()) {
        if (row.from != LockState::kClosing) continue;
        if (row.to == LockState::kOpen) cr_expect(row.action == LockAction::kResume);
        if (row.to == LockState::kLocked) cr_expect(row.action == LockAction::kClose);
    }
}
