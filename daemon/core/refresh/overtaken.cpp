// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/overtaken.h"

#include <utility>

namespace agent {

Result<Overtaken> judge_overtaken(const Sealer& sealer, const AccountRecord& ours, bool has_new_tokens,
                                  const std::optional<StoredRow>& present) {
    // Tokens that were received count while nobody has stored the generation after the one that was spent for them.
    const bool is_newer = present && present->generation >= ours.life.generation + (has_new_tokens ? 1 : 0);
    if (!is_newer) {
        Overtaken again{.record = ours, .end = {}, .reason = {}};
        again.record.version = present ? present->version : 0;
        return again;
    }

    AGENT_TRY(AccountRecord stored, open_account_record(sealer, *present));
    stored.version = present->version;
    const Life theirs = std::exchange(stored.life, ours.life);
    const bool says_more =
        theirs.generation > ours.life.generation || theirs.intent_saved || theirs.state == State::kLoginRequired;
    if (!says_more) return Overtaken{.record = std::move(stored), .end = {}, .reason = {}};

    stored.life = theirs;
    stored.life.state = ours.life.state;  // which the end of the refresh changes
    if (theirs.state == State::kLoginRequired)
        return Overtaken{.record = std::move(stored), .end = Happening::kSetAside, .reason = theirs.reason};
    if (theirs.intent_saved)
        return Overtaken{.record = std::move(stored),
                         .end = Happening::kIntentFound,
                         .reason = "another program has begun a refresh"};
    return Overtaken{.record = std::move(stored), .end = Happening::kNewerFound, .reason = {}};
}

}  // namespace agent
