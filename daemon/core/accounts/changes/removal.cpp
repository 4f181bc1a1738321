// SPDX-License-Identifier: Apache-2.0
#include "core/accounts/changes/removal.h"

#include <utility>

#include "core/oauth/grant_end.h"
#include "core/oauth/token_request.h"

namespace agent {

namespace {

constexpr std::uint64_t kNoneRefused = 0;  // generations count from 1

}  // namespace

AccountRemoval::AccountRemoval(World world, const Sealer& sealer, const AppRegistry& apps, AccountMap& accounts,
                               Refresher& refresher, Reservations& reservations,
                               std::function<void(const std::string&)> forget)
    : world_(world),
      sealer_(sealer),
      apps_(apps),
      accounts_(accounts),
      refresher_(refresher),
      reservations_(reservations),
      forget_(std::move(forget)) {}

std::unique_ptr<Waiting> AccountRemoval::start(const std::string& name, bool revoke, Accounts::Done done) {
    const Reservation::Answer answer(std::move(done));
    auto waiting = answer.waiting();
    Account* const account = find_account(accounts_, name);
    if (revoke && account != nullptr && needs_fresh_token(*account))
        end_grant_after_refresh(*account, answer, kNoneRefused);
    else
        reservations_.reserve(name, answer, [this, revoke](const Reservation& reserved) {
            revoke ? end_grant(reserved, kNoneRefused) : remove(reserved);
        });
    return waiting;
}

bool AccountRemoval::needs_fresh_token(const Account& account) const {
    const Life& life = account.record.life;
    const App* app = apps_.find(account.record.app);
    return app != nullptr && app->product == Product::kManage && !app->endpoints.deauthorize.empty() &&
           account.damage.empty() && !account.reserved && life.state != State::kLoginRequired &&
           remaining(life, world_.clock.now()) <= Duration::zero();
}

void AccountRemoval::end_grant_after_refresh(Account& account, const Reservation::Answer& answer,
                                             std::uint64_t refused_generation) {
    account.when_settled.emplace_back([this, name = account.record.name, answer, refused_generation] {
        reservations_.reserve(name, answer, [this, refused_generation](const Reservation& reserved) {
            end_grant(reserved, refused_generation);
        });
    });
    refresher_.want(account, Pacer::Priority::kAsked);
}

/// `refused_generation` is the one whose access token the server has refused, so that a newer one was asked for.
void AccountRemoval::end_grant(const Reservation& reserved, std::uint64_t refused_generation) {
    const Account& account = *reserved.account();
    // Tokens that wait to be saved are the newest all the same, and single-use ones the only ones that are good.
    const bool unsaved = account.attempt && account.attempt->received;
    const AccountRecord& record = unsaved ? *account.attempt->received : account.record;
    const App* app = apps_.find(record.app);
    if (!account.damage.empty()) return grant_not_ended(reserved, account.damage);
    if (app == nullptr) return grant_not_ended(reserved, "its app " + record.app + " is not registered");
    if (record.life.state == State::kLoginRequired || app->endpoints.deauthorize.empty()) return remove(reserved);
    const bool by_access_token = app->product == Product::kManage;
    const std::uint64_t generation = record.life.generation;
    const bool expired = remaining(record.life, world_.clock.now()) <= Duration::zero();
    if (by_access_token && (expired || generation == refused_generation))
        return grant_not_ended(reserved,
                               "its access token has expired and was not refreshed: " + account.record.life.reason);

    const auto tokens = open_token_set(sealer_, record.tokens, record.name, generation);
    const auto secret = apps_.secret(*app);
    if (!tokens || !secret) return grant_not_ended(reserved, (tokens ? secret.error() : tokens.error()).message);

    auto request = deauthorize_request(*app, *secret, tokens->access_token.reveal(), tokens->refresh_token.reveal());
    grants_ending_[record.name] =
        world_.http.send(std::move(request), [=, this](const tl::expected<HttpResponse, HttpFailure>& outcome) {
            const auto over = grants_ending_.extract(reserved.name());
            const auto ended = read_deauthorize_response(outcome);
            if (!ended) return grant_not_ended(reserved, ended.error().message, ended.error().retry_after);
            if (*ended == GrantEnd::kEnded || !by_access_token) return remove(reserved);
            if (refused_generation != kNoneRefused)
                return grant_not_ended(reserved, "a fresh access token was refused, too");
            const Reservation::Answer answer = reserved.release();
            end_grant_after_refresh(*reserved.account(), answer, generation);
        });
}

void AccountRemoval::grant_not_ended(const Reservation& reserved, const std::string& why,
                                     std::chrono::seconds retry_after) {
    const std::string& name = reserved.name();
    reserved.end(tl::unexpected(Error{.code = Error::Code::kTemporarilyUnavailable,
                                      .message = "account " + name + ": the grant could not be ended: " + why +
                                                 "; to forget it here only: clioctl logout --local " + name,
                                      .retry_after = retry_after}));
}

void AccountRemoval::remove(const Reservation& reserved) {
    reserved.remove([this, name = reserved.name()] { forget_(name); });
}

}  // namespace agent
