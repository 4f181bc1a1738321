// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/refresher.h"

#include <algorithm>
#include <utility>

#include "base/text/encoding.h"
#include "core/oauth/token_request.h"
#include "core/refresh/refresh_timing.h"
#include "core/refresh/token_set.h"

namespace agent {

std::string pacer_lane(const App& app) {
    const auto url = Url::parse(app.endpoints.token);
    return app.client_id + " " + (url ? url->host + ":" + std::to_string(url->port) : app.endpoints.token);
}

Refresher::Refresher(World world, const Sealer& sealer, const AppRegistry& apps, Pacer& pacer, Events& events,
                     double at_fraction, Hooks hooks)
    : world_(world),
      sealer_(sealer),
      apps_(apps),
      pacer_(pacer),
      events_(events),
      at_fraction_(at_fraction),
      hooks_(std::move(hooks)) {}

void Refresher::want(Account& account, Pacer::Priority priority) {
    const Life& life = account.record.life;
    if (!account.damage.empty() || is_refreshing(life.state)) return;
    if (account.reserved) {
        account.refresh_put_off = life.generation;
        return;
    }

    if (life.state == State::kTokensUnsaved) {  // nothing is asked of the authorization server: no turn is needed
        step(account, Happening::kBegin, circumstances());
        return;
    }
    if (account.attempt) {
        if (priority == Pacer::Priority::kAsked) account.attempt->ticket->promote();
        return;
    }
    const App* app = apps_.find(account.record.app);
    if (app == nullptr) return;
    account.attempt = std::make_unique<RefreshAttempt>();
    account.attempt->ticket = pacer_.queue(pacer_lane(*app), priority, [this, &account](Pacer::Turn turn) {
        account.attempt->ticket.reset();
        account.attempt->turn = std::move(turn);
        step(account, Happening::kBegin, circumstances());
    });
}

void Refresher::withdraw(Account& account) {
    if (account.attempt && account.attempt->ticket) account.attempt.reset();
}

void Refresher::put_off(Account& account) {
    if (account.attempt && account.attempt->ticket) account.refresh_put_off = account.record.life.generation;
    withdraw(account);
}

void Refresher::want_again(Account& account) {
    const std::uint64_t wanted = std::exchange(account.refresh_put_off, 0);
    const Life& life = account.record.life;
    // One that backs off has a time of its own.
    if (wanted == life.generation && life.state == State::kReady) want(account, Pacer::Priority::kAsked);
}

void Refresher::step(Account& account, Happening happening, Circumstances with) {
    if (const App* app = apps_.find(account.record.app)) with.rotation = app->rotation;
    Step step = next(account.record.life, happening, with);
    account.record.life = std::move(step.life);
    publish(account, happening);
    perform(account, step.action);
}

void Refresher::perform(Account& account, Action action) {
    switch (action) {
        case Action::kNone:
            return;
        case Action::kSaveIntent:
            return save_intent(account);
        case Action::kSendRequest:
            return send_request(account);
        case Action::kSaveTokens:
            return save_tokens(account);
        case Action::kSaveVerdict:
            save_verdict(account);
            return settle(account);
        case Action::kSettle:
            return settle(account);
    }
}

void Refresher::commit(Account& account, const AccountRecord& record, std::function<void()> saved) {
    account.attempt->commit = world_.store.commit({.action = StoreChange::Action::kPut,
                                                   .row = seal_account_record(sealer_, record),
                                                   .expected_generation = account.record.life.generation},
                                                  [this, &account, saved = std::move(saved)](Result<void> result) {
                                                      hooks_.stored(result);
                                                      if (result)
                                                          saved();
                                                      else
                                                          step(account, Happening::kSaveFailed,
                                                               circumstances(std::move(result).error().message));
                                                  });
}

void Refresher::save_intent(Account& account) {
    AccountRecord record = account.record;
    record.life.intent_saved = true;
    commit(account, record, [this, &account] { step(account, Happening::kIntentSaved, circumstances()); });
}

void Refresher::send_request(Account& account) {
    if (const Duration wait = account.attempt->turn.begin_request(); wait > Duration::zero()) {
        account.attempt->until_request = world_.timers.after(wait, [this, &account] { send_request(account); });
        return;
    }
    const App* app = apps_.find(account.record.app);
    const auto tokens =
        open_token_set(sealer_, account.record.tokens, account.record.name, account.record.life.generation);
    if (app == nullptr || !tokens) {
        const std::string why =
            app == nullptr ? "app " + account.record.app + ": not registered" : tokens.error().message;
        return step(account, Happening::kTransient, circumstances(why));
    }
    const auto secret = apps_.secret(*app);
    if (!secret) return step(account, Happening::kTransient, circumstances(secret.error().message));

    account.attempt->call = world_.http.send(
        refresh_request(*app, *secret, tokens->refresh_token.reveal()),
        [this, &account](const tl::expected<HttpResponse, HttpFailure>& outcome) { take_answer(account, outcome); });
}

void Refresher::take_answer(Account& account, const tl::expected<HttpResponse, HttpFailure>& outcome) {
    auto answer = read_token_response(outcome);
    if (!answer) {
        TokenFailure& failure = answer.error();
        hold_others(account, failure);
        return step(account, failure.kind, circumstances("token request: " + failure.message, failure.retry_after));
    }
    const AccountRecord& record = account.record;
    auto old = open_token_set(sealer_, record.tokens, record.name, record.life.generation);
    if (!old) return step(account, Happening::kAnswerLost, circumstances(old.error().message));

    const WallTime now = world_.clock.now();
    const WallTime refresh_at = draw_refresh_at(now, answer->expires_in);
    account.attempt->received =
        next_generation(record, *std::move(answer), std::move(old->refresh_token), now, refresh_at, sealer_);
    AccountRecord& received = *account.attempt->received;
    received.last_refresh = received.life.obtained_at;
    received.life.answer_lost_before = comes_after_lost_answer(record.life, received.life.obtained_at);
    step(account, Happening::kTokensReceived, circumstances());
}

/// What the server says of the client or of its load holds for all accounts of the app: none of them asks meanwhile.
void Refresher::hold_others(const Account& account, const TokenFailure& failure) {
    const App* app = apps_.find(account.record.app);
    if (app == nullptr) return;
    if (failure.kind == Happening::kAppRefused)
        pacer_.hold(pacer_lane(*app), kAppRefusedPause, "app " + app->name + ": " + failure.message);
    else if (failure.retry_after)
        pacer_.hold(pacer_lane(*app), std::min(*failure.retry_after, kLongestRetryAfter), failure.message);
}

WallTime Refresher::draw_refresh_at(WallTime now, Duration lifetime) {
    return agent::draw_refresh_at(now, lifetime, at_fraction_, world_.entropy.unit());
}

void Refresher::save_tokens(Account& account) {
    commit(account, *account.attempt->received, [this, &account] {
        AccountRecord received = *std::exchange(account.attempt->received, std::nullopt);
        Circumstances with = circumstances_of(received);
        received.life = std::move(account.record.life);
        account.record = std::move(received);
        step(account, Happening::kTokensSaved, std::move(with));
    });
}

void Refresher::save_verdict(Account& account) {
    // Whether this is stored or not, the person has to act: after a restart the same question gets the same answer.
    [[maybe_unused]] const auto given_up = world_.store.commit({.action = StoreChange::Action::kPut,
                                                                .row = seal_account_record(sealer_, account.record),
                                                                .expected_generation = account.record.life.generation},
                                                               [](const Result<void>&) {});
}

void Refresher::settle(Account& account) {
    if (account.record.life.state == State::kTokensUnsaved)
        account.attempt->turn = {};
    else
        account.attempt.reset();
    hooks_.settled(account);
}

Circumstances Refresher::circumstances(std::string reason, std::optional<Duration> retry_after) {
    return {.now = world_.clock.now(),
            .unit = world_.entropy.unit(),
            .reason = std::move(reason),
            .retry_after = retry_after,
            .obtained_at = {},
            .expires_at = {},
            .refresh_at = {}};
}

Circumstances Refresher::circumstances_of(const AccountRecord& record) {
    Circumstances with = circumstances();
    with.generation = record.life.generation;
    with.obtained_at = record.life.obtained_at;
    with.expires_at = record.life.expires_at;
    with.refresh_at = record.life.refresh_at;
    with.answer_lost_before = record.life.answer_lost_before;
    return with;
}

void Refresher::publish(const Account& account, Happening happening) {
    const Life& life = account.record.life;
    const auto tell = [&](std::string_view name, std::string detail) {
        events_.publish({.at = world_.clock.now(),
                         .name = name,
                         .account = account.record.name,
                         .generation = life.generation,
                         .detail = std::move(detail)});
    };
    switch (happening) {
        case Happening::kTokensSaved:
            return tell("refreshed", {});
        case Happening::kSaveFailed:
        case Happening::kTransient:
        case Happening::kAnswerLost:
        case Happening::kAppRefused:
            return tell("refresh_failed", life.reason);
        case Happening::kGrantDead:
            return tell("login_required", life.reason);
        case Happening::kBegin:
        case Happening::kIntentSaved:
        case Happening::kTokensReceived:
        case Happening::kSignedIn:
        case Happening::kSetAside:
            return;
    }
}

}  // namespace agent
