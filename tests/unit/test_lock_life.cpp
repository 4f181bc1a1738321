// SPDX-License-Identifier: Apache-2.0
#include "core/keys/lock_life.h"

#include <set>
#include <string>

#include "expect.h"
#include "unit/life_document.h"

using namespace agent;

Test(lock_life, the_document_shows_the_table) {
    const std::string diagram = diagram_of(lock_transitions());
    cr_assert(document("lock-life.md").find(diagram) != std::string::npos, "daemon/lock-life.md should hold:\n%s",
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
            static_cast<void>(next(state, event));  // aborts without one
    }
}

Test(lock_life, what_was_wound_down_is_served_again_or_closed) {
    for (const LockTransition& row : lock_transitions()) {
        if (row.from != LockState::kClosing) continue;
        if (row.to == LockState::kOpen) cr_expect(row.action == LockAction::kResume);
        if (row.to == LockState::kLocked) cr_expect(row.action == LockAction::kClose);
    }
}
