// SPDX-License-Identifier: Apache-2.0
// What the happenings make of the numbers and reasons in a life, and what time makes of it.
#include "core/accounts/account_life.h"
#include "core/refresh/refresh_timing.h"
#include "expect.h"

using agent::Circumstances;
using agent::Duration;
using agent::Happening;
using agent::Life;
using agent::Rotation;
using agent::State;
using agent::WallTime;
using namespace std::chrono_literals;

namespace {

constexpr WallTime kAccountLifeRowsNow{std::chrono::seconds(1'767'225'600)};
constexpr Duration kAccountLifeRowsYear = 24h * 365;

Life dated_life_in(State state) {
    return Life{.state = state,
                .generation = 7,
                .obtained_at = kAccountLifeRowsNow,
                .expires_at = kAccountLifeRowsNow + 1h,
                .refresh_at = kAccountLifeRowsNow + 48min,
                .retry_at = {},
                .reason = {}};
}

Circumstances because(const char* reason) {
    return Circumstances{.now = kAccountLifeRowsNow,
                         .unit = 0.5,
                         .reason = reason,
                         .retry_after = {},
                         .obtained_at = {},
                         .expires_at = {},
                         .refresh_at = {}};
}

struct Failure {
    Happening what;
    Rotation rotation;
    bool lost_before;
    std::uint32_t failures;
    std::optional<Duration> retry_after;
    // then
    State state;
    bool lost_after;
    Duration wait;
};

constexpr auto kReusable = Rotation::kReusable;
constexpr auto kSingleUse = Rotation::kSingleUse;
constexpr std::nullopt_t kNone = std::nullopt;

const Failure kFailures[] = {
    // An outage: back off, half of the ceiling since the random number is one half.
    {Happening::kTransient, kReusable, false, 0, kNone, State::kStale, false, 500ms},
    {Happening::kTransient, kReusable, false, 1, kNone, State::kStale, false, 1s},
    {Happening::kTransient, kReusable, false, 5, kNone, State::kStale, false, 16s},
    {Happening::kTransient, kReusable, false, 30, kNone, State::kStale, false, 5min},
    {Happening::kTransient, kReusable, false, 0, 60s, State::kStale, false, 60s + 500ms},
    // What the server asks for stands above the half of what is left of the token.
    {Happening::kTransient, kReusable, false, 0, 50min, State::kStale, false, 50min + 500ms},
    {Happening::kTransient, kSingleUse, false, 2, kNone, State::kStale, false, 2s},
    // An outage after a lost answer: what became of the token is still not known.
    {Happening::kTransient, kSingleUse, true, 2, kNone, State::kUnknownOutcome, true, 2s},
    // A lost answer: a reusable token is as good as before.
    {Happening::kAnswerLost, kReusable, false, 0, kNone, State::kStale, false, 500ms},
    {Happening::kAnswerLost, kReusable, false, 3, kNone, State::kStale, false, 4s},
    // A single-use one may be spent: tried again at once, but only once.
    {Happening::kAnswerLost, kSingleUse, false, 0, kNone, State::kUnknownOutcome, true, 0s},
    {Happening::kAnswerLost, kSingleUse, false, 8, kNone, State::kUnknownOutcome, true, 0s},
    {Happening::kAnswerLost, kSingleUse, true, 1, kNone, State::kUnknownOutcome, true, 1s},
    // The client is refused: nothing to be gained by asking soon.
    {Happening::kAppRefused, kReusable, false, 0, kNone, State::kNeedsAttention, false, 10min + 500ms},
    // That a person must act is said, and that an answer was lost before is not forgotten.
    {Happening::kAppRefused, kSingleUse, true, 0, kNone, State::kNeedsAttention, true, 10min + 500ms},
    // So with its request alone, whether its own pause was named by the server or not.
    {Happening::kRequestRefused, kReusable, false, 0, kNone, State::kNeedsAttention, false, 10min + 500ms},
    {Happening::kRequestRefused, kSingleUse, true, 0, kNone, State::kNeedsAttention, true, 10min + 500ms},
    {Happening::kRequestRefused, kReusable, false, 0, 60s, State::kNeedsAttention, false, 11min + 500ms},
    // Nothing was sent, and the authority may be added at any time: as after an outage.
    {Happening::kUntrusted, kReusable, false, 1, kNone, State::kNeedsAttention, false, 1s},
    {Happening::kUntrusted, kSingleUse, true, 2, kNone, State::kNeedsAttention, true, 2s},
};

struct Restart {
    State stored;
    bool intent;
    Rotation rotation;
    State found;
    bool answer_lost;
    const char* reason;
};

constexpr Restart kRestarts[] = {
    {State::kReady, false, kReusable, State::kReady, false, "stored"},
    {State::kReady, false, kSingleUse, State::kReady, false, "stored"},
    {State::kReady, true, kReusable, State::kUnknownOutcome, false, "the agent ended while a refresh was under way"},
    {State::kReady, true, kSingleUse, State::kUnknownOutcome, true, "the agent ended while a refresh was under way"},
    // The verdict was spoken after the intent: it stands.
    {State::kLoginRequired, true, kSingleUse, State::kLoginRequired, false, "stored"},
    {State::kLoginRequired, false, kReusable, State::kLoginRequired, false, "stored"},
};

}  // namespace

Test(account_life_rows, failures) {
    int number = 0;
    for (const Failure& row : kFailures) {
        Life life = dated_life_in(State::kRequesting);
        life.answer_lost = row.lost_before;
        life.failures = row.failures;
        Circumstances with = because("HTTP 503");
        with.rotation = row.rotation;
        with.retry_after = row.retry_after;
        const Life after = agent::next(life, row.what, with).life;
        cr_expect(after.state == row.state, "row %d: %s", number, to_string(after.state).data());
        cr_expect(after.answer_lost == row.lost_after, "row %d", number);
        cr_expect(after.retry_at == kAccountLifeRowsNow + row.wait, "row %d: %lld ms", number,
                  static_cast<long long>((after.retry_at - kAccountLifeRowsNow).count()));
        cr_expect(after.failures == row.failures + 1, "row %d", number);
        EXPECT_TEXT(after.reason, "HTTP 503");
        ++number;
    }
}

Test(account_life_rows, a_disk_that_refuses_an_intent_is_a_failure_like_others) {
    Life life = dated_life_in(State::kSavingIntent);
    life.failures = 2;
    const Life after = agent::next(life, Happening::kSaveFailed, because("disk full")).life;
    cr_expect(after.state == State::kStale && after.failures == 3 && after.retry_at == kAccountLifeRowsNow + 2s);
    EXPECT_TEXT(after.reason, "disk full");
}

Test(account_life_rows, tokens_are_saved_again_within_seconds) {
    Life life = dated_life_in(State::kSavingTokens);
    for (const Duration pause : {1s, 2s, 4s, 8s, 10s, 10s, 10s}) {
        const Life after = agent::next(life, Happening::kSaveFailed, because("disk full")).life;
        cr_expect(after.state == State::kTokensUnsaved && after.retry_at == kAccountLifeRowsNow + pause);
        EXPECT_TEXT(after.reason, "disk full");
        life.failures = after.failures;
    }
}

Test(account_life_rows, the_server_answered_so_its_failures_are_over) {
    Life life = dated_life_in(State::kRequesting);
    life.failures = 9;
    cr_expect(agent::next(life, Happening::kTokensReceived, because("")).life.failures == 0);
}

Test(account_life_rows, the_reason_of_a_dead_grant) {
    Life life = dated_life_in(State::kRequesting);
    const auto dead = agent::next(life, Happening::kGrantDead, because("HTTP 400 invalid_grant"));
    EXPECT_TEXT(dead.life.reason, "HTTP 400 invalid_grant");

    life.answer_lost = true;
    const auto lost = agent::next(life, Happening::kGrantDead, because("HTTP 400 invalid_grant"));
    EXPECT_TEXT(lost.life.reason,
                "the answer to a refresh was lost, and the new refresh token with it: HTTP 400 invalid_grant");
}

Test(account_life_rows, a_request_that_came_late_may_have_ended_the_grant) {
    Life life = dated_life_in(State::kRequesting);
    cr_expect_not(agent::comes_after_lost_answer(life, kAccountLifeRowsNow));
    life.answer_lost = true;
    cr_expect(agent::comes_after_lost_answer(life, kAccountLifeRowsNow));

    Life next_life = dated_life_in(State::kRequesting);
    next_life.answer_lost_before = true;
    const auto dead = agent::next(next_life, Happening::kGrantDead, because("HTTP 400 invalid_grant"));
    EXPECT_TEXT(dead.life.reason,
                "the answer to an earlier refresh was lost, and its request may have come late and ended the grant: "
                "HTTP 400 invalid_grant");
    cr_expect(agent::comes_after_lost_answer(next_life, next_life.obtained_at + 9min));
    cr_expect_not(agent::comes_after_lost_answer(next_life, next_life.obtained_at + 11min));
}

Test(account_life_rows, the_reason_stays_while_the_next_attempt_runs) {
    Life life = dated_life_in(State::kStale);
    life.reason = "HTTP 503";
    const Life after = agent::next(life, Happening::kBegin, because("")).life;
    EXPECT_TEXT(after.reason, "HTTP 503");
}

Test(account_life_rows, after_a_restart) {
    int number = 0;
    for (const Restart& row : kRestarts) {
        Life stored = dated_life_in(row.stored);
        stored.intent_saved = row.intent;
        stored.reason = "stored";
        const Life found = agent::life_after_restart(stored, row.rotation);
        cr_expect(found.state == row.found && found.answer_lost == row.answer_lost, "row %d", number);
        cr_expect(found.generation == 7 && found.intent_saved == row.intent, "row %d", number);
        EXPECT_TEXT(found.reason, row.reason);
        ++number;
    }
    Life open = dated_life_in(State::kReady);
    open.intent_saved = true;
    cr_expect(agent::wake_at(agent::life_after_restart(open, kReusable), kAccountLifeRowsNow) <= kAccountLifeRowsNow,
              "cleared up at once");
}

Test(account_life_rows, wakes_at_its_time) {
    Life ready = dated_life_in(State::kReady);
    cr_expect(agent::wake_at(ready, kAccountLifeRowsNow) == kAccountLifeRowsNow + 48min);
    for (const State state : {State::kStale, State::kUnknownOutcome, State::kTokensUnsaved}) {
        Life waiting = dated_life_in(state);
        waiting.retry_at = kAccountLifeRowsNow + 30s;
        cr_expect(agent::wake_at(waiting, kAccountLifeRowsNow) == kAccountLifeRowsNow + 30s);
    }
    for (const State state : {State::kSavingIntent, State::kRequesting, State::kSavingTokens, State::kLoginRequired})
        cr_expect_not(agent::wake_at(dated_life_in(state), kAccountLifeRowsNow).has_value());
}

Test(account_life_rows, wakes_at_once_when_the_clock_was_set_back) {
    const Life ready = dated_life_in(State::kReady);
    cr_expect(agent::wake_at(ready, kAccountLifeRowsNow - kAccountLifeRowsYear) ==
              kAccountLifeRowsNow - kAccountLifeRowsYear);
    // A correction by a time server is no reason to refresh.
    cr_expect(agent::wake_at(ready, kAccountLifeRowsNow - 5min) == kAccountLifeRowsNow + 48min);
    cr_expect(agent::wake_at(ready, kAccountLifeRowsNow - 5min - 1ms) == kAccountLifeRowsNow - 5min - 1ms);

    Life stale = dated_life_in(State::kStale);
    stale.retry_at = kAccountLifeRowsNow + 30s;
    cr_expect(agent::wake_at(stale, kAccountLifeRowsNow - kAccountLifeRowsYear) ==
              kAccountLifeRowsNow - kAccountLifeRowsYear);
    // The longest wait there is looks like no set clock.
    stale.retry_at = kAccountLifeRowsNow + agent::kRefusedPause + agent::kLongestRetryAfter + agent::kLongestBackoff;
    cr_expect(agent::wake_at(stale, kAccountLifeRowsNow) == stale.retry_at);
}

Test(account_life_rows, is_overdue_when_the_clock_was_set_forward) {
    cr_expect(agent::wake_at(dated_life_in(State::kReady), kAccountLifeRowsNow + kAccountLifeRowsYear) <
              kAccountLifeRowsNow + kAccountLifeRowsYear);
}

Test(account_life_rows, remaining) {
    const Life life = dated_life_in(State::kReady);
    cr_expect(agent::remaining(life, kAccountLifeRowsNow) == 1h);
    cr_expect(agent::remaining(life, kAccountLifeRowsNow + 20min) == 40min);
    cr_expect(agent::remaining(life, kAccountLifeRowsNow + 1h) == 0s);
    cr_expect(agent::remaining(life, kAccountLifeRowsNow + kAccountLifeRowsYear) < 0s);
    // A clock that was set back makes no token live longer than it ever could.
    cr_expect(agent::remaining(life, kAccountLifeRowsNow - kAccountLifeRowsYear) == 1h);
}

Test(account_life_rows, a_grant_is_dead_until_somebody_doubts_it) {
    const Life dead = next(dated_life_in(State::kRequesting), Happening::kGrantDead, because("invalid_grant")).life;
    cr_expect(dead.grant_dead);
    cr_expect_not(next(dead, Happening::kSignedIn, because("")).life.grant_dead);
    cr_expect_not(next(dated_life_in(State::kReady), Happening::kSetAside, because("put back")).life.grant_dead);
}

Test(account_life_rows, a_revival_that_fails_leaves_the_account_as_it_was) {
    struct Row {
        State in;
        Happening what;
        Rotation rotation;
        State then;
    };
    const Row rows[] = {
        {State::kSavingIntent, Happening::kSaveFailed, kSingleUse, State::kLoginRequired},
        {State::kRequesting, Happening::kTransient, kSingleUse, State::kLoginRequired},
        {State::kRequesting, Happening::kAppRefused, kSingleUse, State::kLoginRequired},
        {State::kRequesting, Happening::kUntrusted, kReusable, State::kLoginRequired},
        {State::kRequesting, Happening::kRequestRefused, kReusable, State::kLoginRequired},
        {State::kRequesting, Happening::kAnswerLost, kReusable, State::kLoginRequired},
        // Its refresh token may be spent, by a person's will: what became of it is for the next attempt to find out.
        {State::kRequesting, Happening::kAnswerLost, kSingleUse, State::kUnknownOutcome},
    };
    for (const Row& row : rows) {
        for (const bool lost_before : {false, true}) {
            Life life = dated_life_in(State::kLoginRequired);
            life.reason = "revoked";
            life.grant_dead = true;
            life.answer_lost = lost_before;
            life = next(life, Happening::kBegin, because("")).life;
            cr_assert(life.state == State::kSavingIntent);
            if (row.in == State::kRequesting) life = next(life, Happening::kIntentSaved, because("")).life;
            Circumstances with = because("HTTP 503");
            with.rotation = row.rotation;
            const auto failed = next(life, row.what, with);
            EXPECT_TEXT(to_string(failed.life.state), to_string(row.then));
            EXPECT_TEXT(last_failure(failed.life), "HTTP 503");
            const bool as_before = row.then == State::kLoginRequired;
            cr_expect(failed.life.grant_dead == as_before);
            EXPECT_TEXT(to_string(failed.action), as_before ? "save_verdict" : "settle");
            EXPECT_TEXT(failed.life.reason, as_before ? "revoked" : "HTTP 503");
            cr_expect(agent::wake_at(failed.life, kAccountLifeRowsNow).has_value() != as_before,
                      "it is not tried by itself");
        }
    }
}

Test(account_life_rows, what_was_revived_once_fails_as_any_other_from_then_on) {
    Life life = dated_life_in(State::kLoginRequired);
    life = next(life, Happening::kBegin, because("")).life;
    life = next(life, Happening::kIntentSaved, because("")).life;
    life = next(life, Happening::kTokensReceived, because("")).life;
    life = next(life, Happening::kTokensSaved, because("")).life;
    life = next(life, Happening::kBegin, because("")).life;
    EXPECT_TEXT(to_string(next(life, Happening::kSaveFailed, because("full")).life.state), "stale");
}
