// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/account_book.h"

#include <algorithm>
#include <utility>

#include "core/accounts/account_errors.h"
#include "core/accounts/account_wait.h"
#include "core/accounts/grant_app.h"
#include "core/accounts/restored_account.h"
#include "core/refresh/refresh_timing.h"
#include "protocol/names.h"

namespace agent {

AccountBook::AccountBook(World world, const Sealer& sealer, AppRegistry& apps, Events& events, Options options)
    : watched_store_(world.store, [this](const Result<void>& result) { stored(result); }),
      world_{.clock = world.clock,
             .timers = world.timers,
             .entropy = world.entropy,
             .http = world.http,
             .store = watched_store_},
      sealer_(sealer),
      apps_(apps),
      events_(events),
      pacer_(world.clock, world.timers, options.pace),
      schedule_(world.clock, world.timers, [this](Account& account) { queue_refresh(account); }),
      refresher_(world_, sealer, apps, pacer_, events, options.at_fraction,
                 [this](Account& account) { settled(account); }),
      answers_(world.clock, sealer, apps, pacer_),
      reports_(world_, answers_, refresher_, events, [this](Account& account) { tell_trouble(account); }),
      reservations_(
          world_, sealer, accounts_, refresher_,
          {.reserved = [this](Account& account) { reschedule(account); },
           .released = [this](Account* account) { account == nullptr ? winding_down_.look() : settled(*account); }}),
      login_(world.clock, sealer, apps, events, refresher_, reservations_),
      set_aside_(world.clock, events, reservations_),
      removal_(world_, sealer, apps, accounts_, answers_, refresher_, reservations_, set_aside_,
               [this](const std::string& name) { forget(name); }),
      reseal_(sealer, reservations_),
      restore_(world.clock, sealer, apps, events, reservations_),
      winding_down_(world.timers, accounts_, apps, refresher_, reservations_) {
    apps_.on_change([this](const std::string& app) { app_changed(app); });
    apps_.count_users_with([this] {
        AppRegistry::Users users;
        for (const auto& [name, account] : accounts_) ++users[account.record.app];
        return users;
    });
    apps_.find_grants_with([this](std::string_view app, std::string_view origin) {
        return accounts_with_grants_of_others(accounts_, app, origin);
    });
}

void AccountBook::load(const StoredRow& row) {
    Account account;
    if (auto record = open_account_record(sealer_, row)) {
        const App* const app = apps_.find(record->app);
        account.record = after_restart(*std::move(record), app);
    } else {
        account.record.name = row.name;
        account.record.life.generation = row.generation;
        account.record.version = row.version;
        set_damaged(account, record.error());
    }
    accounts_.insert_or_assign(row.name, std::move(account));
}

void AccountBook::start() {
    clock_watch_ = world_.timers.on_clock_step([this] {
        reschedule_all();
        for (auto& [name, account] : accounts_) tell_trouble(account);  // the clock, or its end
    });
    reschedule_all();
    // What needed a person before has been told, and its end will be.
    for (auto& [name, account] : accounts_)
        if (const AccountState state = answers_.state(account); is_trouble(state)) account.told = state;
}

void AccountBook::reschedule_all() {
    for (auto& [name, account] : accounts_) reschedule(account);
    schedule_.rearm();
}

void AccountBook::reconfigure(const Options& options) {
    pacer_.set_limits(options.pace);
    refresher_.set_fraction(options.at_fraction);
    // A person who has put something right may say so by a reload.
    for (auto& [name, account] : accounts_) {
        if (account.record.life.state != State::kNeedsAttention) continue;
        if (const App* const app = apps_.find(account.record.app)) pacer_.resume(pacer_lane(*app));
        retry_now(account);
    }
}

Result<std::string> AccountBook::only_account() const {
    if (accounts_.size() == 1) return accounts_.begin()->first;
    if (accounts_.empty())
        return fail(Error::Code::kNotFound, "there is no account yet; log in with: clioctl login ACCOUNT");
    return fail(Error::Code::kAccountAmbiguous, std::string(kSeveralAccounts));
}

std::vector<AccountFacts> AccountBook::list() const {
    std::vector<AccountFacts> all;
    all.reserve(accounts_.size());
    for (const auto& [name, account] : accounts_) all.push_back(answers_.facts(account));
    return all;
}

Result<AccountFacts> AccountBook::facts(std::string_view name) const {
    const Account* account = find(name);
    if (account == nullptr) return tl::unexpected(no_such_account(accounts_, name));
    return answers_.facts(*account);
}

std::vector<std::string> AccountBook::names_after(std::string_view after, std::size_t most) const {
    std::vector<std::string> names;
    for (auto at = accounts_.upper_bound(after); at != accounts_.end() && names.size() < most; ++at)
        names.push_back(at->first);
    return names;
}

Result<StoredRow> AccountBook::copy(std::string_view name, const Sealer& with) const {
    const Account* const account = find(name);
    if (account == nullptr) return tl::unexpected(no_such_account(accounts_, name));
    if (!account->damage.empty()) return fail(Error::Code::kInternal, account->damage);
    // Tokens that the disk refuses are the newest all the same, and single-use ones the only ones that are good.
    const bool unsaved = account->attempt && account->attempt->received;
    AccountRecord record = unsaved ? *account->attempt->received : account->record;
    const std::uint64_t generation = record.life.generation;
    AGENT_TRY(const TokenSet tokens, open_token_set(sealer_, record.tokens, record.name, generation));
    set_tokens(record, tokens, generation, with);
    return seal_account_record(with, record);
}

std::string AccountBook::moved_to(std::string_view name) const {
    const Account* const account = find(name);
    return account == nullptr ? std::string() : account->record.moved_to;
}

AgentStatus AccountBook::status() const {
    AgentStatus status{.accounts = accounts_.size(),
                       .queued = pacer_.queued(),
                       .next_refresh = schedule_.next(),
                       .store_error = store_error_};
    for (const auto& [name, account] : accounts_) {
        const AccountState state = answers_.state(account);
        status.needs_attention += state == AccountState::kNeedsAttention ? 1 : 0;
        status.login_required += state == AccountState::kLoginRequired ? 1 : 0;
        status.refreshing += state == AccountState::kRefreshing ? 1 : 0;
        status.stale += state == AccountState::kStale || state == AccountState::kUnknownOutcome ? 1 : 0;
    }
    return status;
}

std::optional<Result<IssuedToken>> AccountBook::token_now(std::string_view name, Duration min_ttl) {
    const Account* account = find(name);
    if (account == nullptr) return tl::unexpected(no_such_account(accounts_, name));
    return answers_.token_now(*account, min_ttl);
}

void AccountBook::try_token(Account& account, AccountWait& wait, bool at_last, Duration min_ttl,
                            const TokenDone& done) {
    auto answer = answers_.token_now(account, min_ttl);
    if (!answer) {
        // Another attempt that comes in time is worth waiting for.
        const auto next = wake_at(account.record.life, world_.clock.now());
        const bool in_time = !next || world_.clock.boot_now() + (*next - world_.clock.now()) < wait.deadline();
        if (!at_last && in_time) return;
        answer = answers_.best_token(account, min_ttl);
    }
    const auto answered = done;
    wait.leave();
    answered(*std::move(answer));
}

std::unique_ptr<Waiting> AccountBook::await_token(std::string_view name, Duration min_ttl, Duration patience,
                                                  TokenDone done) {
    // A caller that need not wait, or would wait in vain, must not cause a refresh.
    if (auto known = token_now(name, min_ttl))
        return answer_later<Result<IssuedToken>>(world_.timers, *std::move(known), std::move(done));

    Account* account = find(name);
    auto wait = std::make_unique<AccountWait>(
        *account, [this, min_ttl, done = std::move(done)](Account& of, AccountWait& self, bool at_last) {
            try_token(of, self, at_last, min_ttl, done);
        });
    const WallTime now = world_.clock.now();
    const WallTime wake = wake_at(account->record.life, now).value_or(now);
    const bool waits_to_retry = account->record.life.state != State::kReady && wake > now;
    if (waits_to_retry)
        log_refresh(*account, "waits for the next attempt", "a caller needs a token");
    else
        refresher_.want(*account, Pacer::Priority::kAsked, "a caller needs a token that lives longer");
    const bool too_late = waits_to_retry && wake - now >= patience;
    wait->limit(world_.timers, world_.clock, too_late ? Duration::zero() : useful_patience(*account, patience));
    return wait;
}

/// None where no refresh of the account can begin before it is over.
Duration AccountBook::useful_patience(const Account& account, Duration patience) const {
    const bool stopped = winding_down_.has_begun() && !is_refreshing(account.record.life.state);
    return stopped || answers_.held_for(account) >= patience ? Duration::zero() : patience;
}

std::unique_ptr<Waiting> AccountBook::refresh(std::string_view name, Duration patience, FactsDone done) {
    Account* account = find(name);
    if (account == nullptr) return refuse_refresh(no_such_account(accounts_, name), std::move(done));
    if (account->record.life.state == State::kLoginRequired)
        return refuse_refresh(answers_.why_not_refreshed(*account), std::move(done));
    return await_generation(*account, patience, std::move(done));
}

std::unique_ptr<Waiting> AccountBook::revive(std::string_view name, Duration patience, FactsDone done) {
    Account* account = find(name);
    if (account == nullptr) return refuse_refresh(no_such_account(accounts_, name), std::move(done));
    return await_generation(*account, patience, std::move(done));
}

std::unique_ptr<Waiting> AccountBook::await_generation(Account& account, Duration patience, FactsDone done) {
    if (!account.damage.empty() || app_for(apps_, account.record) == nullptr)
        return refuse_refresh(answers_.why_not_refreshed(account), std::move(done));
    const std::uint64_t before = account.record.life.generation;
    auto wait = std::make_unique<AccountWait>(
        account, [this, before, done = std::move(done)](Account& of, AccountWait& self, bool at_last) {
            if (!at_last && awaits_refresh(of)) return;
            const auto answered = done;
            self.leave();
            if (of.record.life.generation > before)
                answered(answers_.facts(of));
            else
                answered(tl::unexpected(answers_.why_attempt_failed(of)));
        });
    wait->limit(world_.timers, world_.clock, useful_patience(account, patience));
    refresher_.want(account, Pacer::Priority::kAsked, "a caller asks for it");
    return wait;
}

std::unique_ptr<Waiting> AccountBook::refuse_refresh(Error why, FactsDone done) {
    return answer_later<Result<AccountFacts>>(world_.timers, tl::unexpected(std::move(why)), std::move(done));
}

Result<ReportOutcome> AccountBook::report(std::string_view name, std::uint64_t generation, int status,
                                          std::uint32_t user) {
    Account* const account = find(name);
    if (account == nullptr) return tl::unexpected(no_such_account(accounts_, name));
    return reports_.take(*account, generation, status, user);
}

std::unique_ptr<Waiting> AccountBook::adopt(Grant grant, Done done) {
    return login_.start(std::move(grant), std::move(done));
}

std::unique_ptr<Waiting> AccountBook::remove(std::string_view name, bool revoke, Duration patience, Done done) {
    return removal_.start(std::string(name), revoke, patience, std::move(done));
}

std::unique_ptr<Waiting> AccountBook::set_aside(const std::string& account, std::string reason, std::string moved_to,
                                                Done done) {
    return set_aside_.start(account, std::move(reason), std::move(moved_to), std::move(done));
}

std::unique_ptr<Waiting> AccountBook::reseal(const std::string& account, Done done) {
    return reseal_.start(account, std::move(done));
}

std::unique_ptr<Waiting> AccountBook::restore_from_backup(AccountRecord record, TokenSet tokens, Done done) {
    return restore_.start(std::move(record), std::move(tokens), std::move(done));
}

void AccountBook::settled(Account& account) {
    reschedule(account);
    tell_trouble(account);
    AccountWait::try_all(account, /*at_last=*/false);
    if (!awaits_refresh(account)) {
        const auto changes = std::exchange(account.when_settled, {});
        for (const auto& change : changes) change();
    }
    winding_down_.look();
}

/// A disk that takes changes again takes the tokens that it has refused before, too.
void AccountBook::stored(const Result<void>& result) {
    const std::string before = std::exchange(store_error_, result ? std::string() : result.error().message);
    if (result && !before.empty()) refresher_.save_unsaved(accounts_);
}

/// Once for each trouble, however often it is met, and once when it is over.
void AccountBook::tell_trouble(Account& account) {
    const AccountState state = answers_.state(account);
    const AccountState told = account.told;
    const auto tell = [&](EventKind what) {
        account.told = state;
        events_.publish(account_event(account, what, world_.clock.now(), answers_.facts(account).reason));
    };
    if (state == AccountState::kNeedsAttention && told != state) return tell(EventKind::kNeedsAttention);
    if (state == AccountState::kReady && is_trouble(told)) return tell(EventKind::kRecovered);
    if (state != AccountState::kLoginRequired || told == state) return;
    // What its life says is told where it happens; that its app is another one is not.
    if (account.record.life.state != State::kLoginRequired) return tell(EventKind::kLoginRequired);
    account.told = state;
}

/// When it moves in the queue: forward, since it is about to expire, or back, since it has expired.
std::optional<WallTime> AccountBook::when_it_hurries(const Life& life) const {
    const WallTime now = world_.clock.now();
    const WallTime soon = expires_soon_at(life.obtained_at, life.expires_at);
    if (soon > now) return soon;
    return life.expires_at > now ? std::optional(life.expires_at) : std::nullopt;
}

void AccountBook::reschedule(Account& account) {
    const bool over = winding_down_.has_begun() && account.record.life.state != State::kTokensUnsaved;
    const bool busy = over || account.reserved || is_refreshing(account.record.life.state) || !account.damage.empty();
    Life& life = account.record.life;
    if (!busy && waits_for_turn(account)) return schedule_.set(account, when_it_hurries(life));
    const auto wake = wake_at(life, world_.clock.now());
    // A retry that a clock set back has put absurdly far off is due, and stays due while it waits for its turn.
    if (wake && life.state != State::kReady) life.retry_at = std::min(life.retry_at, *wake);
    schedule_.set(account, busy ? std::nullopt : wake);
}

void AccountBook::retry_now(Account& account) {
    const State state = account.record.life.state;
    if (state == State::kStale || state == State::kNeedsAttention || state == State::kUnknownOutcome)
        account.record.life.retry_at = world_.clock.now();
    reschedule(account);
}

void AccountBook::queue_refresh(Account& account) {
    const bool is_first = account.record.life.state == State::kReady;
    refresher_.want(account, account.waits.empty() ? Pacer::Priority::kBackground : Pacer::Priority::kAsked,
                    is_first ? "its time has come" : "it is time to try again");
    if (waits_for_turn(account)) reschedule(account);
}

void AccountBook::app_changed(const std::string& app) {
    const App* const changed = apps_.find(app);
    if (changed != nullptr) pacer_.resume(pacer_lane(*changed));
    for (auto& [name, account] : accounts_) {
        if (account.record.app != app) continue;
        if (account.record.origin.empty() && changed != nullptr) account.record.origin = origin_of(*changed);
        if (waits_for_turn(account)) {  // in the queue of what may be another client_id by now
            refresher_.withdraw(account);
            queue_refresh(account);
        }
        retry_now(account);  // what the app was refused for may have been corrected
        tell_trouble(account);
        const bool in_vain = app_for(apps_, account.record) == nullptr && !is_refreshing(account.record.life.state);
        if (in_vain) AccountWait::try_all(account, /*at_last=*/true);
    }
}

void AccountBook::forget(const std::string& name) {
    schedule_.set(*find(name), std::nullopt);
    // Out of the book before anybody is answered: one that asks again learns that it is gone.
    auto entry = accounts_.extract(name);
    Account& account = entry.mapped();
    account.record.life.state = State::kLoginRequired;
    account.record.life.reason = account.damage = "it was logged out";
    AccountWait::try_all(account, /*at_last=*/true);
    for (const auto& change : account.when_settled) change();
    events_.publish(account_event(account, EventKind::kLoggedOut, world_.clock.now()));
}

void AccountBook::stop_refreshes() {
    winding_down_.begin();
    for (auto& [name, account] : accounts_) reschedule(account);
}

void AccountBook::wind_down(std::function<void()> wound_down) {
    stop_refreshes();
    winding_down_.when_over(std::move(wound_down));
}

void AccountBook::resume() {
    winding_down_.resume();
    reschedule_all();
}

}  // namespace agent
