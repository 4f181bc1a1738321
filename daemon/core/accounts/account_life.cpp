// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_life.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "core/refresh/refresh_timing.h"

namespace agent {

namespace {

using enum State;
using enum Happening;

constexpr std::array kAccountTransitions = {
    // clang-format off
    Transition{kReady,          kBegin,          kSavingIntent,  Action::kSaveIntent},
    Transition{kStale,          kBegin,          kSavingIntent,  Action::kSaveIntent},
    Transition{kNeedsAttention, kBegin,          kSavingIntent,  Action::kSaveIntent},
    Transition{kUnknownOutcome, kBegin,          kSavingIntent,  Action::kSaveIntent},
    Transition{kLoginRequired,  kBegin,          kSavingIntent,  Action::kSaveIntent},

    Transition{kSavingIntent,   kIntentSaved,    kRequesting,    Action::kSendRequest},
    Transition{kSavingIntent,   kSaveFailed,     kStale,         Action::kSettle},

    Transition{kRequesting,     kTokensReceived, kSavingTokens,  Action::kSaveTokens},
    Transition{kRequesting,     kTransient,      kStale,         Action::kSettle},
    Transition{kRequesting,     kAnswerLost,     kStale,         Action::kSettle},
    Transition{kRequesting,     kAppRefused,     kNeedsAttention, Action::kSettle},
    Transition{kRequesting,     kUntrusted,      kNeedsAttention, Action::kSettle},
    Transition{kRequesting,     kRequestRefused, kNeedsAttention, Action::kSettle},
    Transition{kRequesting,     kGrantDead,      kLoginRequired, Action::kSaveVerdict},

    Transition{kSavingTokens,   kTokensSaved,    kReady,         Action::kSettle},
    // This may be the only copy of a rotated refresh token: it is saved again and again until it is durable.
    Transition{kSavingTokens,   kSaveFailed,     kTokensUnsaved, Action::kSettle},
    Transition{kTokensUnsaved,  kBegin,          kSavingTokens,  Action::kSaveTokens},

    Transition{kReady,          kSignedIn,       kReady,         Action::kSettle},
    Transition{kStale,          kSignedIn,       kReady,         Action::kSettle},
    Transition{kNeedsAttention, kSignedIn,       kReady,         Action::kSettle},
    Transition{kUnknownOutcome, kSignedIn,       kReady,         Action::kSettle},
    Transition{kLoginRequired,  kSignedIn,       kReady,         Action::kSettle},
    Transition{kTokensUnsaved,  kSignedIn,       kReady,         Action::kSettle},

    Transition{kReady,          kSetAside,       kLoginRequired, Action::kSettle},
    Transition{kStale,          kSetAside,       kLoginRequired, Action::kSettle},
    Transition{kNeedsAttention, kSetAside,       kLoginRequired, Action::kSettle},
    Transition{kUnknownOutcome, kSetAside,       kLoginRequired, Action::kSettle},

    // Another program has written the record first: what it wrote counts.
    Transition{kSavingIntent,   kNewerFound,     kReady,         Action::kSettle},
    Transition{kSavingIntent,   kIntentFound,    kUnknownOutcome, Action::kSettle},
    Transition{kSavingIntent,   kSetAside,       kLoginRequired, Action::kSettle},
    Transition{kSavingTokens,   kNewerFound,     kReady,         Action::kSettle},
    Transition{kSavingTokens,   kIntentFound,    kUnknownOutcome, Action::kSettle},
    Transition{kSavingTokens,   kSetAside,       kLoginRequired, Action::kSettle},
    // clang-format on
};

const Transition& row_for(State state, Happening happening) {
    const auto* row = std::find_if(kAccountTransitions.begin(), kAccountTransitions.end(),
                                   [&](const Transition& t) { return t.from == state && t.on == happening; });
    if (row == kAccountTransitions.end()) {
        std::fprintf(stderr, "account life: %s cannot happen in %s\n", to_string(happening).data(),
                     to_string(state).data());
        std::abort();
    }
    return *row;
}

/// Backs off, but waits no longer than half of what is left of the token's life: an outage that ends before the token
/// does is seen by nobody. What the server asked for stands above that.
WallTime next_attempt(const Life& life, const Circumstances& with) {
    const Duration wait = backoff(life.failures, with.retry_after, with.unit);
    const Duration left = remaining(life, with.now);
    if (with.retry_after || left <= Duration::zero()) return with.now + wait;
    return with.now + std::min(wait, std::max(left / 2, kShortestHalf));
}

/// A lost answer may have used the refresh token up; no other failure does.
bool may_have_spent(Happening happening, const Circumstances& with) {
    return happening == kAnswerLost && with.rotation == Rotation::kSingleUse;
}

void note_failure(Life& life, Happening happening, const Circumstances& with) {
    const bool first_loss = may_have_spent(happening, with) && !life.answer_lost;
    life.answer_lost = life.answer_lost || first_loss;
    life.urgent = first_loss;
    life.reason = with.reason;
    if (first_loss)
        life.retry_at = with.now;
    else if (happening == kAppRefused || happening == kRequestRefused)
        life.retry_at = with.now + kRefusedPause + backoff(life.failures, with.retry_after, with.unit);
    else if (life.state == kTokensUnsaved)
        life.retry_at = with.now + save_pause(life.failures);
    else
        life.retry_at = next_attempt(life, with);
    ++life.failures;
}

std::string why_dead(const Life& life) {
    if (life.answer_lost) return "the answer to a refresh was lost, and the new refresh token with it: ";
    if (life.answer_lost_before)
        return "the answer to an earlier refresh was lost, and its request may have come late and ended the grant: ";
    return {};
}

/// What a person had asked for has failed, and is not tried again without one.
Step back_to_login_required(const Life& revived, const Circumstances& with) {
    Step step{.life = revived, .action = Action::kSaveVerdict};
    step.life.state = kLoginRequired;
    step.life.revived = false;
    step.life.revival_failed = with.reason;
    return step;
}

void note_tokens(Life& life, const Circumstances& with) {
    const State state = life.state;
    life = Life{.state = state,
                .answer_lost_before = with.answer_lost_before,
                .generation = with.generation,
                .obtained_at = with.obtained_at,
                .expires_at = with.expires_at,
                .refresh_at = with.refresh_at,
                .retry_at = {},
                .reason = {}};
}

}  // namespace

std::span<const Transition> transitions() noexcept {
    return kAccountTransitions;
}

Step next(const Life& life, Happening happening, const Circumstances& with) {
    const Transition& row = row_for(life.state, happening);
    Step step{.life = life, .action = row.action};
    Life& after = step.life;
    after.state = row.to;

    switch (happening) {
        case kBegin:
            after.revived = life.state == kLoginRequired;
            after.revival_failed.clear();
            after.urgent = false;
            break;
        case kIntentSaved:
            after.intent_saved = true;
            break;
        case kTokensReceived:
            after.failures = 0;
            break;
        case kSaveFailed:
        case kTransient:
        case kAnswerLost:
        case kAppRefused:
        case kUntrusted:
        case kRequestRefused:
            note_failure(after, happening, with);
            break;
        case kSetAside:
            after.reason = with.reason;
            break;
        case kNewerFound:
            after.failures = 0;
            break;
        case kIntentFound:
            after.intent_saved = false;  // it is not ours: the next attempt needs one of its own
            after.answer_lost = with.rotation == Rotation::kSingleUse;  // until its answer is stored
            after.reason = with.reason;
            after.retry_at = with.now + kLongestForeignRefresh;
            break;
        case kGrantDead:
            after.grant_dead = true;
            after.revived = false;
            after.reason = why_dead(life) + with.reason;
            break;
        case kTokensSaved:
        case kSignedIn:
            note_tokens(after, with);
            break;
    }

    // Three rules that hold in every row.
    if (life.revived && (after.state == kStale || after.state == kNeedsAttention)) {
        if (!may_have_spent(happening, with)) return back_to_login_required(life, with);
        after.revived = after.grant_dead = false;  // that is for the next attempt to find out
    }
    if (after.state == kStale && after.answer_lost) after.state = kUnknownOutcome;
    if (after.state == kSavingIntent && happening == kBegin && after.intent_saved && life.state != kLoginRequired)
        return next(after, kIntentSaved, with);
    return step;
}

bool comes_after_lost_answer(const Life& life, WallTime now) {
    constexpr Duration kLongestDelay = std::chrono::minutes(10);  // a server gives up on a request long before
    return life.answer_lost || (life.answer_lost_before && now - life.obtained_at < kLongestDelay);
}

Life life_after_restart(Life stored, Rotation rotation) {
    if (stored.state != kLoginRequired && stored.intent_saved) {
        stored.state = kUnknownOutcome;
        stored.answer_lost = stored.urgent = rotation == Rotation::kSingleUse;
        stored.reason = "the agent ended while a refresh was under way";
    }
    return stored;
}

std::optional<WallTime> wake_at(const Life& life, WallTime now) {
    const bool clock_was_set_back = now + kClockTolerance < life.obtained_at;
    switch (life.state) {
        case kReady:
            return clock_was_set_back ? now : life.refresh_at;
        case kStale:
        case kNeedsAttention:
        case kUnknownOutcome:
        case kTokensUnsaved: {
            const WallTime latest = now + kRefusedPause + kLongestBackoff + kLongestRetryAfter;
            return life.retry_at > latest ? now : life.retry_at;
        }
        case kSavingIntent:
        case kRequesting:
        case kSavingTokens:
        case kLoginRequired:
            return std::nullopt;
    }
    std::abort();
}

Duration remaining(const Life& life, WallTime now) {
    return std::min(life.expires_at - now, life.expires_at - life.obtained_at);
}

AccountState public_state(State state) noexcept {
    switch (state) {
        case kReady:
            return AccountState::kReady;
        case kSavingIntent:
        case kRequesting:
        case kSavingTokens:
        case kTokensUnsaved:
            return AccountState::kRefreshing;
        case kStale:
            return AccountState::kStale;
        case kNeedsAttention:
            return AccountState::kNeedsAttention;
        case kUnknownOutcome:
            return AccountState::kUnknownOutcome;
        case kLoginRequired:
            return AccountState::kLoginRequired;
    }
    std::abort();
}

std::string_view to_string(State state) noexcept {
    switch (state) {
        case kReady:
            return "ready";
        case kSavingIntent:
            return "saving_intent";
        case kRequesting:
            return "requesting";
        case kSavingTokens:
            return "saving_tokens";
        case kTokensUnsaved:
            return "tokens_unsaved";
        case kStale:
            return "stale";
        case kNeedsAttention:
            return "needs_attention";
        case kUnknownOutcome:
            return "unknown_outcome";
        case kLoginRequired:
            return "login_required";
    }
    std::abort();
}

std::string_view to_string(Happening happening) noexcept {
    switch (happening) {
        case kBegin:
            return "begin";
        case kIntentSaved:
            return "intent_saved";
        case kTokensReceived:
            return "tokens_received";
        case kTokensSaved:
            return "tokens_saved";
        case kSaveFailed:
            return "save_failed";
        case kTransient:
            return "transient";
        case kAnswerLost:
            return "answer_lost";
        case kAppRefused:
            return "app_refused";
        case kUntrusted:
            return "untrusted";
        case kRequestRefused:
            return "request_refused";
        case kGrantDead:
            return "grant_dead";
        case kSignedIn:
            return "signed_in";
        case kSetAside:
            return "set_aside";
        case kNewerFound:
            return "newer_found";
        case kIntentFound:
            return "intent_found";
    }
    std::abort();
}

std::string_view to_string(Action action) noexcept {
    switch (action) {
        case Action::kNone:
            return "none";
        case Action::kSaveIntent:
            return "save_intent";
        case Action::kSendRequest:
            return "send_request";
        case Action::kSaveTokens:
            return "save_tokens";
        case Action::kSaveVerdict:
            return "save_verdict";
        case Action::kSettle:
            return "settle";
    }
    std::abort();
}

}  // namespace agent
