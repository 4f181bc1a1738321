// SPDX-License-Identifier: Apache-2.0
#include "core/refresh/refresher.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/text/encoding.h"
#include "base/text/url.h"
#include "core/accounts/grant_app.h"
#include "core/accounts/restored_account.h"
#include "core/oauth/odd_answer.h"
#include "core/oauth/token_request.h"
#include "core/refresh/overtaken.h"
#include "core/refresh/refresh_timing.h"
#include "core/refresh/token_set.h"

namespace agent {

std::string pacer_lane(const App& app) {
    const auto url = Url::parse(app.endpoints.token);
    return app.client_id + " " + (url ? url->host + ":" + std::to_string(url->port) : app.endpoints.token);
}

void log_refresh(const Account& account, std::string_view decision, std::string_view why) {
    if (!is_logged(LogLevel::kDebug)) return;
    log(LogLevel::kDebug, "a refresh " + std::string(decision),
        {{"account", account.record.name},
         {"generation", std::to_string(account.record.life.generation)},
         {"state", std::string(to_string(account.record.life.state))},
         {"why", std::string(why)}});
}

namespace {

PutOff as_it_is(const Life& life) {
    return {.generation = life.generation, .revives = life.state == State::kLoginRequired};
}

}  // namespace

Refresher::Refresher(World world, const Sealer& sealer, const AppRegistry& apps, Pacer& pacer, Events& events,
                     double at_fraction, std::function<void(Account&)> settled)
    : world_(world),
      sealer_(sealer),
      apps_(apps),
      pacer_(pacer),
      events_(events),
      at_fraction_(at_fraction),
      settled_(std::move(settled)) {}

void Refresher::want(Account& account, Pacer::Priority priority, std::string_view why) {
    const Life& life = account.record.life;
    if (!account.damage.empty()) return log_refresh(account, "is not possible: the record is damaged", why);
    if (is_refreshing(life.state)) return log_refresh(account, "is under way already", why);
    const bool only_saves = life.state == State::kTokensUnsaved;
    if (account.reserved || (stopped_ && !only_saves)) {
        account.put_off = as_it_is(life);
        return log_refresh(
            account, account.reserved ? "waits for a change of the account" : "waits: refreshes are stopped", why);
    }
    log_refresh(account, only_saves ? "saves its tokens again" : "is wanted", why);

    if (only_saves) {  // nothing is asked of the authorization server: no turn is needed
        step(account, Happening::kBegin, circumstances());
        return;
    }
    priority = std::max(priority, own_priority(life));
    if (account.attempt) {
        account.attempt->ticket->promote(priority);
        return;
    }
    const App* const app = app_for(apps_, account.record);
    if (app == nullptr) return log_refresh(account, "is not possible: its app is gone or another one", why);
    account.attempt = std::make_unique<RefreshAttempt>();
    account.attempt->rotation = app->rotation;
    account.attempt->ticket = pacer_.queue(pacer_lane(*app), priority, [this, &account](Pacer::Turn turn) {
        account.attempt->ticket.reset();
        account.attempt->turn = std::move(turn);
        log_refresh(account, "begins", "its turn has come");
        step(account, Happening::kBegin, circumstances());
    });
}

/// Without a caller. A token that has expired already can wait: nobody asks for it.
Pacer::Priority Refresher::own_priority(const Life& life) const {
    if (life.urgent) return Pacer::Priority::kUrgent;
    const WallTime now = world_.clock.now();
    const bool expires_soon = expires_soon_at(life.obtained_at, life.expires_at) <= now && now < life.expires_at;
    return expires_soon ? Pacer::Priority::kExpiring : Pacer::Priority::kBackground;
}

void Refresher::save_unsaved(AccountMap& accounts) {
    for (auto& [name, account] : accounts) {
        if (account.record.life.state == State::kTokensUnsaved)
            want(account, Pacer::Priority::kBackground, "the disk takes changes again");
    }
}

void Refresher::withdraw(Account& account) {
    if (waits_for_turn(account)) account.attempt.reset();
}

void Refresher::put_off(Account& account) {
    if (waits_for_turn(account)) account.put_off = as_it_is(account.record.life);
    withdraw(account);
}

void Refresher::want_again(Account& account) {
    const auto wanted = std::exchange(account.put_off, std::nullopt);
    if (wanted == as_it_is(account.record.life)) want(account, Pacer::Priority::kAsked, "it was put off before");
}

void Refresher::step(Account& account, Happening happening, Circumstances with) {
    with.rotation = account.attempt ? account.attempt->rotation : rotation_of(apps_.find(account.record.app));
    Step step = next(account.record.life, happening, with);
    account.record.life = std::move(step.life);
    log_refresh(account, "goes on", to_string(happening));
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
    StoredRow row = seal_account_record(sealer_, record);
    const std::uint64_t version = row.version;
    account.attempt->commit = world_.store.commit(
        {.action = StoreChange::Action::kPut, .row = std::move(row), .expected_version = account.record.version},
        [this, &account, version, saved = std::move(saved)](Result<void> result) {
            if (!result && result.error().code == Error::Code::kConflict) return look_again(account);
            if (!result) return step(account, Happening::kSaveFailed, circumstances(std::move(result).error().message));
            account.record.version = version;
            saved();
        });
}

/// Another program wrote the record since it was read: it is read again.
void Refresher::look_again(Account& account) {
    account.attempt->commit = world_.store.read(
        StoredRow::Kind::kAccount, account.record.name, [this, &account](const Result<std::optional<StoredRow>>& row) {
            if (row) return overtaken(account, *row);
            step(account, Happening::kSaveFailed, circumstances(row.error().message));
        });
}

void Refresher::overtaken(Account& account, const std::optional<StoredRow>& present) {
    constexpr int kMostConflicts = 3;  // in one attempt; then it pauses as after any failure
    RefreshAttempt& attempt = *account.attempt;
    const auto failed = [&](const std::string& why) {
        attempt.conflicts = 0;
        step(account, Happening::kSaveFailed, circumstances("store: " + account.record.name + ": " + why));
    };
    if (++attempt.conflicts > kMostConflicts) return failed("another program changes it again and again");
    auto judged = judge_overtaken(sealer_, account.record, attempt.received.has_value(), present);
    if (!judged) return failed("what another program has stored " + judged.error().message);
    account.record = std::move(judged->record);
    if (!judged->end) return attempt.received ? save_tokens(account) : save_intent(account);
    attempt.received.reset();
    step(account, *judged->end, circumstances(std::move(judged->reason)));
}

void Refresher::take_present(Account& account, const std::optional<StoredRow>& present) {
    if (account.record.life.state == State::kTokensUnsaved) return;  // they are saved again, and find it themselves
    account.record.version = present ? present->version : 0;
    if (!present || present->generation < account.record.life.generation) return;
    if (auto stored = open_account_record(sealer_, *present)) {
        const App* const app = apps_.find(stored->app);
        account.record = after_restart(*std::move(stored), app);
        account.damage.clear();
    } else if (present->generation > account.record.life.generation) {
        account.record.life.generation = present->generation;
        set_damaged(account, stored.error());
    }
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
    const App* const app = app_for(apps_, account.record);
    const auto tokens =
        open_token_set(sealer_, account.record.tokens, account.record.name, account.record.life.generation);
    if (app == nullptr || !tokens) {
        const std::string why = app == nullptr ? no_app_for(apps_, account.record).message : tokens.error().message;
        return step(account, Happening::kTransient, circumstances(why));
    }
    const auto secret = apps_.secret(*app);
    if (!secret) return step(account, Happening::kTransient, circumstances(secret.error().message));

    HttpRequest request = refresh_request(*app, *secret, tokens->refresh_token.reveal());
    const SentSecrets sent = secrets_in(request, *secret);
    account.attempt->sent_at = world_.clock.boot_now();
    account.attempt->call = world_.http.send(
        std::move(request), [this, &account, sent](const tl::expected<HttpResponse, HttpFailure>& outcome) {
            take_answer(account, outcome, *sent);
        });
}

void Refresher::take_answer(Account& account, const tl::expected<HttpResponse, HttpFailure>& outcome,
                            std::span<const SecretString> sent) {
    if (outcome) note_clock(account, *outcome);
    auto answer = read_token_response(outcome, sent);
    if (!answer) {
        TokenFailure& failure = answer.error();
        hold_others(account, failure);
        return step(account, failure.kind, circumstances("token request: " + failure.message, failure.retry_after));
    }
    const AccountRecord& record = account.record;
    note_repaired(record, answer->repaired);
    answer->sent_at = account.attempt->sent_at;
    SecretString old;
    if (!answer->refresh_token) {
        auto tokens = open_token_set(sealer_, record.tokens, record.name, record.life.generation);
        if (!tokens) return step(account, Happening::kAnswerLost, circumstances(tokens.error().message));
        old = std::move(tokens->refresh_token);
    }

    const WallTime when = asked_at(*answer);
    const WallTime refresh_at = draw_refresh_at(when, answer->expires_in);
    account.attempt->received = next_generation(record, *std::move(answer), std::move(old), when, refresh_at, sealer_);
    AccountRecord& received = *account.attempt->received;
    received.last_refresh = received.life.obtained_at;
    received.life.answer_lost_before = comes_after_lost_answer(record.life, received.life.obtained_at);
    step(account, Happening::kTokensReceived, circumstances());
}

/// Notes the server's clock by the one that nobody sets, unless the answer may have waited to be read: its date is then
/// older than now by itself.
void Refresher::note_clock(Account& account, const HttpResponse& answer) {
    constexpr Duration kLongestFreshAnswer = std::chrono::minutes(1);
    if (!answer.date || world_.clock.boot_now() - account.attempt->sent_at > kLongestFreshAnswer) return;
    account.booted_at = *answer.date - world_.clock.boot_now().time_since_epoch();
}

/// A server that is odd once is odd in each answer: one line for each app and oddity.
void Refresher::note_repaired(const AccountRecord& record, const std::string& repaired) {
    if (repaired.empty() || !noted_repairs_.insert(record.app + ": " + repaired).second) return;
    log_odd_answer(record.app, record.name, repaired);
}

/// What the server says of the client or of its load holds for all accounts of the app: none of them asks meanwhile.
/// What it says of one request holds for that account alone.
void Refresher::hold_others(const Account& account, const TokenFailure& failure) {
    const App* const app = app_for(apps_, account.record);
    if (app == nullptr) return;
    if (failure.kind == Happening::kAppRefused)
        pacer_.hold(pacer_lane(*app), kRefusedPause, "app " + app->name + ": " + failure.message);
    else if (failure.about_server && failure.retry_after)
        pacer_.hold(pacer_lane(*app), std::min(*failure.retry_after, kLongestRetryAfter), failure.message);
}

WallTime Refresher::asked_at(const TokenAnswer& answer) const {
    // The machine may have slept since it asked, and its wall clock may have been set: only the boot clock counts that.
    const BootTime now = world_.clock.boot_now();
    return world_.clock.now() - (now - answer.sent_at.value_or(now));
}

WallTime Refresher::draw_refresh_at(WallTime asked_at, Duration lifetime) {
    return agent::draw_refresh_at(asked_at, lifetime, at_fraction_, world_.entropy.unit());
}

void Refresher::save_tokens(Account& account) {
    commit(account, *account.attempt->received, [this, &account] {
        AccountRecord received = *std::exchange(account.attempt->received, std::nullopt);
        Circumstances with = circumstances_of(received);
        received.life = std::move(account.record.life);
        received.version = account.record.version;
        account.record = std::move(received);
        step(account, Happening::kTokensSaved, std::move(with));
    });
}

void Refresher::save_verdict(Account& account) {
    StoredRow row = seal_account_record(sealer_, account.record);
    const std::uint64_t version = row.version;
    const std::uint64_t before = std::exchange(account.record.version, version);  // what follows is written over it
    account.verdict =
        world_.store.commit({.action = StoreChange::Action::kPut, .row = std::move(row), .expected_version = before},
                            [this, &account, version, before](const Result<void>& result) {
                                const auto over = std::move(account.verdict);
                                if (result || account.record.version != version) return;
                                // Whether it is stored or not, the person has to act: after a restart the same question
                                // gets the same answer. But what another program has stored may be the grant that is
                                // alive.
                                account.record.version = before;
                                if (result.error().code == Error::Code::kConflict) verdict_overtaken(account);
                            });
}

void Refresher::verdict_overtaken(Account& account) {
    account.verdict = world_.store.read(
        StoredRow::Kind::kAccount, account.record.name, [this, &account](const Result<std::optional<StoredRow>>& row) {
            const auto over = std::move(account.verdict);
            if (!row || account.reserved || account.attempt) return;  // which finds it itself
            const bool is_newer = *row && (*row)->generation > account.record.life.generation;
            if (!is_newer) {
                account.record.version = *row ? (*row)->version : 0;
                return;
            }
            take_present(account, *row);
            settled_(account);
        });
}

void Refresher::settle(Account& account) {
    if (account.record.life.state == State::kTokensUnsaved)
        account.attempt->turn = {};
    else
        account.attempt.reset();
    settled_(account);
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
    const auto tell = [&](EventKind kind, std::string detail) {
        events_.publish({.at = world_.clock.now(),
                         .kind = kind,
                         .account = account.record.name,
                         .generation = life.generation,
                         .detail = std::move(detail)});
    };
    switch (happening) {
        case Happening::kTokensSaved:
            return tell(EventKind::kRefreshed, {});
        case Happening::kNewerFound:
            return tell(EventKind::kRefreshed, "by another program");
        case Happening::kSaveFailed:
            // Once for each token set, however often saving it is tried.
            if (life.state == State::kTokensUnsaved && life.failures > 1) return;
            return tell(EventKind::kRefreshFailed, last_failure(life));
        case Happening::kTransient:
        case Happening::kAnswerLost:
        case Happening::kAppRefused:
        case Happening::kUntrusted:
        case Happening::kIntentFound:
        case Happening::kRequestRefused:
            return tell(EventKind::kRefreshFailed, last_failure(life));
        case Happening::kGrantDead:
        case Happening::kSetAside:
            return tell(EventKind::kLoginRequired, life.reason);
        case Happening::kBegin:
        case Happening::kIntentSaved:
        case Happening::kTokensReceived:
        case Happening::kSignedIn:
            return;
    }
}

}  // namespace agent
