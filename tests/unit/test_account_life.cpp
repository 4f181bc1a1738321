// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_life.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "expect.h"

using agent::Circumstances;
using agent::Happening;
using agent::Life;
using agent::State;
using agent::Transition;
using agent::WallTime;
using namespace std::chrono_literals;

namespace {

constexpr State kStates[] = {State::kReady,          State::kSavingIntent,   State::kRequesting,
                             State::kSavingTokens,   State::kTokensUnsaved,  State::kStale,
                             State::kNeedsAttention, State::kUnknownOutcome, State::kLoginRequired};
constexpr Happening kHappenings[] = {Happening::kBegin,          Happening::kIntentSaved, Happening::kTokensReceived,
                                     Happening::kTokensSaved,    Happening::kSaveFailed,  Happening::kTransient,
                                     Happening::kAnswerLost,     Happening::kAppRefused,  Happening::kUntrusted,
                                     Happening::kRequestRefused, Happening::kGrantDead,   Happening::kSignedIn,
                                     Happening::kSetAside,       Happening::kNewerFound,  Happening::kIntentFound};

// The whole of what can happen, once more in words: no row changes unseen.
constexpr const char* kTable =
    "ready: begin -> saving_intent, save_intent\n"
    "stale: begin -> saving_intent, save_intent\n"
    "needs_attention: begin -> saving_intent, save_intent\n"
    "unknown_outcome: begin -> saving_intent, save_intent\n"
    "login_required: begin -> saving_intent, save_intent\n"
    "saving_intent: intent_saved -> requesting, send_request\n"
    "saving_intent: save_failed -> stale, settle\n"
    "requesting: tokens_received -> saving_tokens, save_tokens\n"
    "requesting: transient -> stale, settle\n"
    "requesting: answer_lost -> stale, settle\n"
    "requesting: app_refused -> needs_attention, settle\n"
    "requesting: untrusted -> needs_attention, settle\n"
    "requesting: request_refused -> needs_attention, settle\n"
    "requesting: grant_dead -> login_required, save_verdict\n"
    "saving_tokens: tokens_saved -> ready, settle\n"
    "saving_tokens: save_failed -> tokens_unsaved, settle\n"
    "tokens_unsaved: begin -> saving_tokens, save_tokens\n"
    "ready: signed_in -> ready, settle\n"
    "stale: signed_in -> ready, settle\n"
    "needs_attention: signed_in -> ready, settle\n"
    "unknown_outcome: signed_in -> ready, settle\n"
    "login_required: signed_in -> ready, settle\n"
    "tokens_unsaved: signed_in -> ready, settle\n"
    "ready: set_aside -> login_required, settle\n"
    "stale: set_aside -> login_required, settle\n"
    "needs_attention: set_aside -> login_required, settle\n"
    "unknown_outcome: set_aside -> login_required, settle\n"
    "saving_intent: newer_found -> ready, settle\n"
    "saving_intent: intent_found -> unknown_outcome, settle\n"
    "saving_intent: set_aside -> login_required, settle\n"
    "saving_tokens: newer_found -> ready, settle\n"
    "saving_tokens: intent_found -> unknown_outcome, settle\n"
    "saving_tokens: set_aside -> login_required, settle\n";

Life life_in(State state) {
    return Life{.state = state,
                .generation = 7,
                .obtained_at = {},
                .expires_at = {},
                .refresh_at = {},
                .retry_at = {},
                .reason = {}};
}

Circumstances at(WallTime now) {
    return Circumstances{
        .now = now, .reason = "because", .retry_after = {}, .obtained_at = {}, .expires_at = {}, .refresh_at = {}};
}

/// Whether next() ends the process.
bool dies(State state, Happening happening) {
    std::fflush(nullptr);
    const pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        if (std::freopen("/dev/null", "w", stderr) == nullptr) _exit(1);
        static_cast<void>(agent::next(life_in(state), happening, at(WallTime(1h))));
        _exit(0);
    }
    int status = 0;
    cr_assert(waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

}  // namespace

TestSuite(account_life, .timeout = 60);

Test(account_life, the_table) {
    std::string text;
    for (const Transition& row : agent::transitions()) {
        text.append(to_string(row.from)).append(": ").append(to_string(row.on)).append(" -> ");
        text.append(to_string(row.to)).append(", ").append(to_string(row.action)).append("\n");
    }
    EXPECT_TEXT(text, kTable);
}

Test(account_life, every_pair_follows_its_row_or_ends_the_process) {
    for (const State state : kStates) {
        for (const Happening happening : kHappenings) {
            const auto rows = agent::transitions();
            const auto row = std::find_if(rows.begin(), rows.end(),
                                          [&](const Transition& t) { return t.from == state && t.on == happening; });
            if (row == rows.end()) {
                cr_expect(dies(state, happening), "%s in %s", to_string(happening).data(), to_string(state).data());
                continue;
            }
            const auto step = agent::next(life_in(state), happening, at(WallTime(1h)));
            EXPECT_TEXT(to_string(step.life.state), to_string(row->to));
            EXPECT_TEXT(to_string(step.action), to_string(row->action));
        }
    }
}

Test(account_life, no_state_is_a_dead_end) {
    for (const State state : kStates) {
        const auto rows = agent::transitions();
        cr_expect(std::any_of(rows.begin(), rows.end(),
                              [&](const Transition& t) { return t.from == state && t.to != state; }),
                  "%s", to_string(state).data());
    }
}

Test(account_life, a_durable_intent_needs_no_second_one) {
    for (const State state : {State::kReady, State::kStale, State::kUnknownOutcome}) {
        Life life = life_in(state);
        life.intent_saved = true;
        const auto step = agent::next(life, Happening::kBegin, at(WallTime(1h)));
        EXPECT_TEXT(to_string(step.life.state), "requesting");
        EXPECT_TEXT(to_string(step.action), "send_request");
    }
    const auto saved = agent::next(life_in(State::kSavingIntent), Happening::kIntentSaved, at(WallTime(1h)));
    cr_expect(saved.life.intent_saved);
    for (const Happening failure :
         {Happening::kTransient, Happening::kAnswerLost, Happening::kAppRefused, Happening::kRequestRefused})
        cr_expect(agent::next(saved.life, failure, at(WallTime(1h))).life.intent_saved,
                  "%s: the next attempt uses the same refresh token", to_string(failure).data());
}

Test(account_life, new_tokens_begin_a_new_life) {
    for (const auto& [state, happening] : {std::pair(State::kSavingTokens, Happening::kTokensSaved),
                                           std::pair(State::kLoginRequired, Happening::kSignedIn),
                                           std::pair(State::kUnknownOutcome, Happening::kSignedIn),
                                           std::pair(State::kTokensUnsaved, Happening::kSignedIn)}) {
        Life life = life_in(state);
        life.intent_saved = life.answer_lost = true;
        life.failures = 9;
        life.retry_at = WallTime(99h);
        life.reason = "old";
        Circumstances with = at(WallTime(1h));
        with.generation = 8;
        with.obtained_at = WallTime(1h);
        with.expires_at = WallTime(2h);
        with.refresh_at = WallTime(110min);
        const Life after = agent::next(life, happening, with).life;
        cr_expect(after.state == State::kReady && after.generation == 8);
        cr_expect_not(after.intent_saved || after.answer_lost);
        cr_expect(after.failures == 0 && after.retry_at == WallTime());
        cr_expect(after.obtained_at == WallTime(1h) && after.expires_at == WallTime(2h) &&
                  after.refresh_at == WallTime(110min));
        EXPECT_TEXT(after.reason, "");
    }
}

Test(account_life, nothing_but_new_tokens_changes_the_generation_or_the_expiry) {
    for (const Transition& row : agent::transitions()) {
        if (row.on == Happening::kTokensSaved || row.on == Happening::kSignedIn) continue;
        Life life = life_in(row.from);
        life.obtained_at = WallTime(1h);
        life.expires_at = WallTime(2h);
        life.refresh_at = WallTime(110min);
        Circumstances with = at(WallTime(90min));
        with.generation = 99;
        const Life after = agent::next(life, row.on, with).life;
        cr_expect(after.generation == 7 && after.obtained_at == life.obtained_at &&
                      after.expires_at == life.expires_at && after.refresh_at == life.refresh_at,
                  "%s in %s", to_string(row.on).data(), to_string(row.from).data());
    }
}

Test(account_life, words_of_the_protocol) {
    const std::pair<State, const char*> words[] = {{State::kReady, "ready"},
                                                   {State::kSavingIntent, "refreshing"},
                                                   {State::kRequesting, "refreshing"},
                                                   {State::kSavingTokens, "refreshing"},
                                                   {State::kTokensUnsaved, "refreshing"},
                                                   {State::kStale, "stale"},
                                                   {State::kNeedsAttention, "needs_attention"},
                                                   {State::kUnknownOutcome, "unknown_outcome"},
                                                   {State::kLoginRequired, "login_required"}};
    for (const auto& [state, word] : words) EXPECT_TEXT(word_of(agent::kAccountStates, public_state(state)), word);
}
