// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "core/accounts/account_state.h"
#include "core/oauth/app.h"

namespace agent {

/// The life of an account as one explicit state machine. Pure: no I/O, no clock of its own. What the actions mean is
/// the business of the Refresher.

enum class State : std::uint8_t {
    kReady,           // the newest token set is durable, nothing is under way
    kSavingIntent,    // refreshing: the intent is on its way to the disk
    kRequesting,      // refreshing: the intent is durable, the request is under way
    kSavingTokens,    // refreshing: a new token set was received and is on its way to the disk
    kTokensUnsaved,   // refreshing: the disk refused it; saved again at retry_at
    kStale,           // the last refresh failed; the next attempt comes at retry_at
    kNeedsAttention,  // as kStale, but only a person can put it right: the app, or whom to trust
    kUnknownOutcome,  // a refresh was sent and its answer never stored; the next attempt comes at retry_at
    kLoginRequired,   // the authorization server declared the grant dead, or it was set aside; a person must act
};

enum class Happening : std::uint8_t {
    kBegin,           // its turn to refresh has come
    kIntentSaved,     // the intent is durable
    kTokensReceived,  // the answer holds a token set
    kTokensSaved,     // the token set is durable
    kSaveFailed,      // the store refused
    kTransient,       // the refresh failed, the refresh token was not used up: outage, throttling, nonsense
    kAnswerLost,      // the request may have been acted on, and its answer did not arrive whole
    kAppRefused,      // the authorization server refuses the client, not the grant
    kUntrusted,       // nothing was sent: the server's certificate is not one that is trusted here
    kRequestRefused,  // the authorization server refuses this account's request, but not its grant
    kGrantDead,       // the authorization server says invalid_grant
    kSignedIn,        // a new login's token set is durable
    kSetAside,        // it is durable that the grant is not to be used until a person says so
    kNewerFound,      // the store has a newer token set, which another program has put there
    kIntentFound,     // the store has another program's intent to refresh, and not what came of it
};

enum class Action : std::uint8_t {
    kNone,
    kSaveIntent,   // make the intent durable
    kSendRequest,  // POST the refresh token
    kSaveTokens,   // make the received token set durable
    kSaveVerdict,  // make it durable that a person must log in, with the tokens kept beside the verdict; then settle
    kSettle,       // this attempt is over: answer those who wait
};

/// One row of the table that is the machine.
struct Transition {
    State from;
    Happening on;
    State to;
    Action action;
};
/// Every transition there is. A pair that has no row cannot happen.
[[nodiscard]] std::span<const Transition> transitions() noexcept;

/// What the machine knows of an account.
struct Life {
    State state = State::kReady;
    /// In kLoginRequired: the authorization server has refused the grant. Without it the grant may live all the same.
    bool grant_dead = false;
    /// An intent for the present generation is durable. It stands until the next token set: another attempt with the
    /// same refresh token needs no second one.
    bool intent_saved = false;
    /// A request with the present refresh token may have been acted on, and a single-use token is then spent.
    bool answer_lost = false;
    /// This token set was received after an earlier answer was lost. That earlier request may reach the server late,
    /// which may take the refresh token in it for stolen and end the grant (RFC 9700 section 4.14.2).
    bool answer_lost_before = false;
    /// An answer was lost just now: many servers accept the refresh token once more for some seconds, so the next
    /// attempt comes before all others.
    bool urgent = false;
    /// The attempt under way began in kLoginRequired: a person has asked for this one.
    bool revived = false;
    std::uint32_t failures = 0;  // in a row
    std::uint64_t generation = 0;
    WallTime obtained_at;
    WallTime expires_at;
    WallTime refresh_at;
    WallTime retry_at;   // in kStale, kNeedsAttention, kUnknownOutcome and kTokensUnsaved
    std::string reason;  // for a person; empty while all is well
    /// In kLoginRequired: why the last revival failed and left all as it was; empty when there was none. Not written
    /// down.
    std::string revival_failed{};
};

/// What a happening brings along.
struct Circumstances {
    WallTime now;
    Rotation rotation = Rotation::kReusable;
    double unit = 0.0;  // random, in [0, 1)
    std::string reason;
    std::optional<Duration> retry_after;
    // With kTokensSaved and kSignedIn: the token set that is now durable.
    std::uint64_t generation = 0;
    WallTime obtained_at;
    WallTime expires_at;
    WallTime refresh_at;
    bool answer_lost_before = false;
};

struct Step {
    Life life;
    Action action = Action::kNone;
};

/// The machine: what `happening` makes of `life`, and what is to be done next. A happening that has no row for the
/// present state is a bug and ends the process.
[[nodiscard]] Step next(const Life& life, Happening happening, const Circumstances& with);

/// Whether a token set that is received now comes after a lost answer, whose request may still be on its way.
[[nodiscard]] bool comes_after_lost_answer(const Life& life, WallTime now);

/// How a restarted agent finds an account whose record was read: an open intent is an unknown outcome, to be cleared up
/// at once.
[[nodiscard]] Life life_after_restart(Life stored, Rotation rotation);

/// Why the last attempt failed, for a person.
[[nodiscard]] inline const std::string& last_failure(const Life& life) noexcept {
    return life.revival_failed.empty() ? life.reason : life.revival_failed;
}

/// When the agent has to act on its own; nothing while something is under way or a person must act. May be in the past.
/// A clock that was set back makes a token set look as if it came from the future; its age is then unknown, and the
/// answer is `now`.
[[nodiscard]] std::optional<WallTime> wake_at(const Life& life, WallTime now);

/// How long the access token still lives, at most its whole lifetime; zero or less when it is dead.
[[nodiscard]] Duration remaining(const Life& life, WallTime now);

/// A step of a refresh is under way, and will end in another state by itself.
[[nodiscard]] inline bool is_refreshing(State state) noexcept {
    return state == State::kSavingIntent || state == State::kRequesting || state == State::kSavingTokens;
}

/// The word of the local protocol: all steps of a refresh are "refreshing".
[[nodiscard]] AccountState public_state(State state) noexcept;
/// The names of the table, for documents and messages.
[[nodiscard]] std::string_view to_string(State state) noexcept;
[[nodiscard]] std::string_view to_string(Happening happening) noexcept;
[[nodiscard]] std::string_view to_string(Action action) noexcept;

}  // namespace agent
