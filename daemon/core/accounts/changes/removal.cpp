// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/removal.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "core/accounts/grant_app.h"
#include "core/oauth/grant_end.h"
#include "core/oauth/token_request.h"
#include "ports/http_client.h"
#include "protocol/names.h"

namespace agent {

namespace {

constexpr std::uint64_t kNoneRefused = 0;  // generations count from 1

/// Clio has refused the grant, or somebody goes on with it elsewhere.
bool has_no_grant_to_end(const AccountRecord& record) {
    return record.life.state == State::kLoginRequired && (record.life.grant_dead || !record.moved_to.empty());
}

}  // namespace

/// In the list until it is answered. Others hold it weakly: what they wait for may come after its patience is over.
struct AccountRemoval::Logout {
    std::string name;
    bool revoke = false;
    Reservation::Answer answer;
    /// Goes with this: nothing is answered through a removal that is destroyed.
    std::unique_ptr<Waiting> answering;
    /// Set while the account is reserved.
    std::optional<Reservation> reserved;
    std::unique_ptr<HttpCall> call;
    /// Runs until nothing can be given up any more.
    std::unique_ptr<Timer> patience;
    /// The generation whose access token the server has refused, so that a newer one was asked for.
    std::uint64_t refused_generation = kNoneRefused;
    /// Why the account was set aside, and at which generation, when it is refreshed all the same.
    std::string aside_because;
    std::uint64_t aside_generation = 0;
};

AccountRemoval::AccountRemoval(World world, const Sealer& sealer, const AppRegistry& apps, AccountMap& accounts,
                               const AccountAnswers& answers, Refresher& refresher, Reservations& reservations,
                               AccountSetAside& set_aside, std::function<void(const std::string&)> forget)
    : world_(world),
      sealer_(sealer),
      apps_(apps),
      accounts_(accounts),
      answers_(answers),
      refresher_(refresher),
      reservations_(reservations),
      set_aside_(set_aside),
      forget_(std::move(forget)) {}

std::unique_ptr<Waiting> AccountRemoval::start(const std::string& name, bool revoke, Duration patience,
                                               Accounts::Done done) {
    const Reservation::Answer caller(std::move(done));
    auto waiting = caller.waiting();
    const auto at = logouts_.emplace(logouts_.end());
    const auto logout = std::make_shared<Logout>(Logout{.name = name,
                                                        .revoke = revoke,
                                                        .answer = Reservation::Answer([=, this](Result<void> outcome) {
                                                            const auto over = std::move(*at);
                                                            logouts_.erase(at);
                                                            if (!outcome) set_aside_again(*over);
                                                            caller.answer(std::move(outcome));
                                                        }),
                                                        .answering = {},
                                                        .reserved = {},
                                                        .call = {},
                                                        .patience = {},
                                                        .aside_because = {}});
    logout->answering = logout->answer.waiting();
    *at = logout;

    const Account* const account = find_account(accounts_, name);
    const bool refresh_first = revoke && account != nullptr && needs_fresh_token(*account);
    const bool in_vain = refresh_first && answers_.held_for(*account) >= patience;
    logout->patience =
        world_.timers.after(in_vain ? Duration::zero() : patience, [this, weak = std::weak_ptr<Logout>(logout)] {
            if (const auto impatient = weak.lock()) run_out_of_patience(*impatient);
        });
    if (refresh_first)
        await_fresh_token(logout);
    else
        reserve(logout);
    return waiting;
}

bool AccountRemoval::needs_fresh_token(const Account& account) const {
    const Life& life = account.record.life;
    const App* const app = app_for(apps_, account.record);
    return app != nullptr && app->product == Product::kManage && !app->endpoints.deauthorize.empty() &&
           account.damage.empty() && !account.reserved && !has_no_grant_to_end(account.record) &&
           remaining(life, world_.clock.now()) <= Duration::zero();
}

void AccountRemoval::await_fresh_token(const std::shared_ptr<Logout>& logout) {
    Account& account = *find_account(accounts_, logout->name);
    if (const Life& life = account.record.life; life.state == State::kLoginRequired) {
        logout->aside_because = life.reason;
        logout->aside_generation = life.generation;
    }
    account.when_settled.emplace_back([this, weak = std::weak_ptr<Logout>(logout)] {
        if (const auto still = weak.lock()) reserve(still);
    });
    refresher_.want(account, Pacer::Priority::kAsked, "ending the grant needs a token");
}

void AccountRemoval::reserve(const std::shared_ptr<Logout>& logout) {
    reservations_.reserve(logout->name, logout->answer,
                          [this, weak = std::weak_ptr<Logout>(logout)](const Reservation& reserved) {
                              const auto still = weak.lock();
                              if (!still) {
                                  reserved.release();
                                  return;
                              }
                              still->reserved = reserved;
                              still->revoke ? end_grant(still) : remove(*still);
                          });
}

void AccountRemoval::end_grant(const std::shared_ptr<Logout>& logout) {
    const Account& account = *logout->reserved->account();
    // Tokens that wait to be saved are the newest all the same, and single-use ones the only ones that are good.
    const bool unsaved = account.attempt && account.attempt->received;
    const AccountRecord& record = unsaved ? *account.attempt->received : account.record;
    const App* const app = app_for(apps_, record);
    if (!account.damage.empty()) return fail_to_end_grant(*logout, account.damage);
    if (app == nullptr) return fail_to_end_grant(*logout, no_app_for(apps_, record).message);
    if (has_no_grant_to_end(record) || app->endpoints.deauthorize.empty()) return remove(*logout);
    const bool by_access_token = app->product == Product::kManage;
    const std::uint64_t generation = record.life.generation;
    const bool expired = remaining(record.life, world_.clock.now()) <= Duration::zero();
    if (by_access_token && (expired || generation == logout->refused_generation))
        return fail_to_end_grant(
            *logout, "its access token has expired and was not refreshed: " + last_failure(account.record.life));

    const auto tokens = open_token_set(sealer_, record.tokens, record.name, generation);
    const auto secret = apps_.secret(*app);
    if (!tokens || !secret) return fail_to_end_grant(*logout, (tokens ? secret.error() : tokens.error()).message);

    logout->call = world_.http.send(
        deauthorize_request(*app, *secret, tokens->access_token.reveal(), tokens->refresh_token.reveal()),
        [this, weak = std::weak_ptr<Logout>(logout), by_access_token,
         generation](const tl::expected<HttpResponse, HttpFailure>& outcome) {
            const auto asking = weak.lock();  // it holds the call
            const auto over = std::move(asking->call);
            const auto ended = read_deauthorize_response(outcome);
            if (!ended) return fail_to_end_grant(*asking, ended.error().message, ended.error().retry_after);
            if (*ended == GrantEnd::kEnded || !by_access_token) return remove(*asking);
            if (asking->refused_generation != kNoneRefused)
                return fail_to_end_grant(*asking, "a fresh access token was refused, too");
            asking->refused_generation = generation;
            std::exchange(asking->reserved, std::nullopt)->release();
            await_fresh_token(asking);
        });
}

/// From here on the answer comes when the disk has spoken, however long that takes.
void AccountRemoval::remove(Logout& logout) {
    logout.patience.reset();
    logout.reserved->remove([this, name = logout.name] { forget_(name); });
}

/// A logout that has failed brings nobody's account back to life; one whose grant has proven to live is used again.
void AccountRemoval::set_aside_again(const Logout& logout) {
    const Account* const account = find_account(accounts_, logout.name);
    if (account == nullptr || account->record.life.generation != logout.aside_generation) return;
    [[maybe_unused]] const auto given_up = set_aside_.start(
        logout.name, logout.aside_because, /*moved_to=*/{}, [](const Result<void>&) {}, logout.aside_generation);
}

void AccountRemoval::run_out_of_patience(Logout& logout) {
    logout.call.reset();
    if (logout.reserved) return fail_to_end_grant(logout, "no answer in time");
    const Account* const account = find_account(accounts_, logout.name);
    if (account == nullptr) return;  // which it is about to be told
    if (account->reserved)
        return logout.answer.answer(fail(Error::Code::kTemporarilyUnavailable,
                                         "account " + logout.name + ": not logged out: another change is under way"));
    if (logout.revoke)
        return fail_to_end_grant(logout,
                                 "its access token was not refreshed in time: " + answers_.why_not_yet(*account),
                                 answers_.retry_after(*account));
    logout.answer.answer(fail(Error::Code::kTemporarilyUnavailable,
                              "account " + logout.name + ": not logged out: a refresh of it is under way"));
}

void AccountRemoval::fail_to_end_grant(Logout& logout, const std::string& why, std::chrono::seconds retry_after) {
    logout.patience.reset();
    Error error{.code = Error::Code::kTemporarilyUnavailable,
                .message = "account " + logout.name + ": the grant could not be ended: " + why +
                           "; to forget it here only: clioctl logout --local " + as_operand(logout.name),
                .retry_after = retry_after};
    if (logout.reserved)
        logout.reserved->end(tl::unexpected(std::move(error)));
    else
        logout.answer.answer(tl::unexpected(std::move(error)));
}

}  // namespace agent
