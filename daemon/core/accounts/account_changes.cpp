// SPDX-License-Identifier: Apache-2.0
// Logins and removals: the changes of an account that must be alone with it.
#include <utility>

#include "core/accounts/account_book.h"
#include "core/accounts/account_errors.h"
#include "core/accounts/account_wait.h"
#include "core/oauth/grant_end.h"
#include "core/oauth/token_request.h"
#include "core/refresh/token_set.h"

namespace agent {

namespace {

constexpr std::uint64_t kNoneRefused = 0;  // generations count from 1

}  // namespace

void AccountBook::reserve(const std::string& name, const OwedDone& owed, std::function<void(Account&)> change) {
    Account* account = find(name);
    if (account == nullptr) return owed.answer_soon(world_.timers, tl::unexpected(no_such_account(name)));
    refresher_.put_off(*account);
    if (is_refreshing(account->record.life.state)) {
        account->when_settled.push_back(
            [this, name, owed, change = std::move(change)] { reserve(name, owed, change); });
        return;
    }
    if (account->reserved)
        return owed.answer_soon(
            world_.timers, fail(Error::Code::kConflict, "account " + name + ": another login or removal is under way"));
    account->reserved = true;
    reschedule(*account);
    change(*account);
}

void AccountBook::release(Account& account) {
    account.reserved = false;
    if (!winding_down_) refresher_.want_again(account);
    settled(account);
}

void AccountBook::publish(std::string_view event, const Account& account, std::string detail) {
    events_.publish({.at = world_.clock.now(),
                     .name = event,
                     .account = account.record.name,
                     .generation = account.record.life.generation,
                     .detail = std::move(detail)});
}

std::unique_ptr<Waiting> AccountBook::adopt(Grant grant, Done done) {
    const OwedDone owed(std::move(done));
    auto waiting = owed.waiting();
    const auto kept = std::make_shared<Grant>(std::move(grant));
    if (find(kept->account) == nullptr)
        adopt_into(nullptr, kept, owed);
    else
        reserve(kept->account, owed, [this, kept, owed](Account& account) { adopt_into(&account, kept, owed); });
    return waiting;
}

void AccountBook::adopt_into(Account* account, const std::shared_ptr<Grant>& grant, const OwedDone& owed) {
    const std::string name = grant->account;
    if (account != nullptr && !account->damage.empty()) {
        owed.answer_soon(world_.timers,
                         fail(Error::Code::kConflict, "account " + name + ": " + account->damage +
                                                          "; discard it with: clioctl logout --local " + name));
        return release(*account);
    }
    AccountRecord before;
    if (account != nullptr) before = account->record;
    before.name = name;
    before.app = grant->app;
    before.user = grant->user;
    before.last_refresh.reset();
    const std::uint64_t expected = before.life.generation;
    const WallTime now = world_.clock.now();
    const WallTime refresh_at = refresher_.draw_refresh_at(now, grant->tokens.expires_in);
    const auto after = std::make_shared<AccountRecord>(
        next_generation(before, std::move(grant->tokens), SecretString(), now, refresh_at, sealer_));

    commits_.start(world_.store,
                   {.action = StoreChange::Action::kPut,
                    .row = seal_account_record(sealer_, *after),
                    .expected_generation = expected},
                   [this, name, after, owed, reserved = account != nullptr](Result<void> result) {
                       if (result) adopted(std::move(*after));
                       if (result || reserved) release(*find(name));
                       owed.answer(std::move(result));
                   });
}

void AccountBook::adopted(AccountRecord record) {
    Account& account = accounts_[record.name];
    const Step step = next(account.record.life, Happening::kSignedIn, refresher_.circumstances_of(record));
    account.record = std::move(record);
    account.record.life = step.life;
    account.attempt.reset();
    publish("logged_in", account, {});
}

std::unique_ptr<Waiting> AccountBook::remove(std::string_view name, bool revoke, Done done) {
    const OwedDone owed(std::move(done));
    auto waiting = owed.waiting();
    Account* account = find(name);
    if (revoke && account != nullptr && needs_fresh_token_to_end(*account))
        end_grant_after_refresh(*account, owed, kNoneRefused);
    else
        reserve(std::string(name), owed, [this, revoke, owed](Account& of) {
            if (revoke)
                end_grant(of, owed, kNoneRefused);
            else
                forget(of, owed);
        });
    return waiting;
}

bool AccountBook::needs_fresh_token_to_end(const Account& account) const {
    const Life& life = account.record.life;
    const App* app = apps_.find(account.record.app);
    return app != nullptr && app->product == Product::kManage && !app->endpoints.deauthorize.empty() &&
           account.damage.empty() && !account.reserved && life.state != State::kLoginRequired &&
           remaining(life, world_.clock.now()) <= Duration::zero();
}

void AccountBook::end_grant_after_refresh(Account& account, const OwedDone& owed, std::uint64_t refused_generation) {
    account.when_settled.emplace_back([this, name = account.record.name, owed, refused_generation] {
        reserve(name, owed, [this, owed, refused_generation](Account& of) { end_grant(of, owed, refused_generation); });
    });
    refresher_.want(account, Pacer::Priority::kAsked);
}

/// `refused_generation` is the one whose access token the server has refused, so that a newer one was asked for.
void AccountBook::end_grant(Account& account, const OwedDone& owed, std::uint64_t refused_generation) {
    // Tokens that wait to be saved are the newest all the same, and single-use ones the only ones that are good.
    const bool unsaved = account.attempt && account.attempt->received;
    const AccountRecord& record = unsaved ? *account.attempt->received : account.record;
    const App* app = apps_.find(record.app);
    if (!account.damage.empty()) return grant_not_ended(account, owed, account.damage);
    if (app == nullptr) return grant_not_ended(account, owed, "its app " + record.app + " is not registered");
    if (record.life.state == State::kLoginRequired || app->endpoints.deauthorize.empty()) return forget(account, owed);
    const bool by_access_token = app->product == Product::kManage;
    const std::uint64_t generation = record.life.generation;
    const bool expired = remaining(record.life, world_.clock.now()) <= Duration::zero();
    if (by_access_token && (expired || generation == refused_generation))
        return grant_not_ended(account, owed,
                               "its access token has expired and was not refreshed: " + account.record.life.reason);

    const auto tokens = open_token_set(sealer_, record.tokens, record.name, record.life.generation);
    const auto secret = apps_.secret(*app);
    if (!tokens || !secret) return grant_not_ended(account, owed, (tokens ? secret.error() : tokens.error()).message);

    auto request = deauthorize_request(*app, *secret, tokens->access_token.reveal(), tokens->refresh_token.reveal());
    grants_ending_[record.name] = world_.http.send(
        std::move(request), [=, this, &account](const tl::expected<HttpResponse, HttpFailure>& outcome) {
            const auto over = grants_ending_.extract(account.record.name);
            const auto ended = read_deauthorize_response(outcome);
            if (!ended) return grant_not_ended(account, owed, ended.error().message, ended.error().retry_after);
            if (*ended == GrantEnd::kEnded || !by_access_token) return forget(account, owed);
            if (refused_generation != kNoneRefused)
                return grant_not_ended(account, owed, "a fresh access token was refused, too");
            release(account);
            end_grant_after_refresh(account, owed, generation);
        });
}

void AccountBook::grant_not_ended(Account& account, const OwedDone& owed, const std::string& why,
                                  std::chrono::seconds retry_after) {
    const std::string& name = account.record.name;
    owed.answer_soon(world_.timers,
                     tl::unexpected(Error{.code = Error::Code::kTemporarilyUnavailable,
                                          .message = "account " + name + ": the grant could not be ended: " + why +
                                                     "; to forget it here only: clioctl logout --local " + name,
                                          .retry_after = retry_after}));
    release(account);
}

void AccountBook::forget(Account& account, const OwedDone& owed) {
    const std::string name = account.record.name;
    commits_.start(world_.store,
                   {.action = StoreChange::Action::kRemove,
                    .row = {.kind = StoredRow::Kind::kAccount, .name = name, .generation = 0, .sealed = {}},
                    .expected_generation = account.record.life.generation},
                   [this, name, owed](Result<void> result) {
                       if (result)
                           erase(name);
                       else
                           release(*find(name));
                       owed.answer(std::move(result));
                   });
}

void AccountBook::erase(const std::string& name) {
    schedule_.set(*find(name), std::nullopt);
    // Out of the book before anybody is answered: whoever asks anew learns that it is gone.
    auto entry = accounts_.extract(name);
    Account& account = entry.mapped();
    account.record.life.state = State::kLoginRequired;
    account.record.life.reason = account.damage = "it was logged out";
    AccountWait::try_all(account, /*at_last=*/true);
    for (const auto& change : account.when_settled) change();
    publish("logged_out", account, {});
    check_wound_down();
}

}  // namespace agent
