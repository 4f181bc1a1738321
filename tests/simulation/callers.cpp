// SPDX-License-Identifier: Apache-2.0
#include "simulation/callers.h"

#include <algorithm>
#include <array>
#include <utility>

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr Duration kBetweenReloads = 24h * 4;  // on average

}  // namespace

void Callers::start() {
    const Habits& habits = around_.scenario.habits;
    for (const AppPlan& plan : around_.scenario.apps) register_app(plan);
    repeat(around_.events, random_, habits.call, [this] { ask_for_token(any_account()); });
    repeat(around_.events, random_, habits.burst, [this] {
        const std::string account = any_account();
        for (std::uint64_t left = 2 + random_.below(30); left > 0; --left) ask_for_token(account);
    });
    repeat(around_.events, random_, habits.refresh, [this] { refresh(any_account()); });
    repeat(around_.events, random_, kBetweenReloads, [this] { reload(); });
    repeat(around_.events, random_, habits.put_app, [this] { register_app(random_.one_of(around_.scenario.apps)); });
}

void Callers::disturb(const std::string& account) {
    around_.events.add(random_.magnitude(1ms, 2s), EventQueue::Place::kMachine, [this, account] {
        const auto what = random_.below(4);
        if (what == 0) return refresh(random_.chance(0.5) ? account : any_account());
        if (what == 1) return register_app(random_.one_of(around_.scenario.apps));
        if (what == 2)
            if (const DurableSet* set = around_.invariants.records().find(account))
                report(account, set->generation, kUnauthorized);
        for (std::uint64_t left = 1 + random_.below(10); left > 0; --left) ask_for_token(account);
    });
}

const std::string& Callers::any_account() {
    return random_.one_of(around_.scenario.accounts).name;
}

void Callers::register_app(const AppPlan& plan) {
    Daemon* const daemon = around_.daemon();
    if (daemon == nullptr) return;
    using Answer = Result<void>;
    around_.waits.ask<Answer>(
        "registering " + plan.name, 2h,
        [&](Apps::Done done) { return daemon->apps().put(plan.app(), false, std::move(done)); }, [](const Answer&) {});
}

void Callers::app_registered(const StoredRow& row) {
    const std::string& name = row.name;
    // Not when it was only sealed again.
    if (std::exchange(registered_[name], row.generation) == row.generation) return;
    const auto& apps = around_.scenario.apps;
    const auto plan = std::find_if(apps.begin(), apps.end(), [&](const AppPlan& app) { return app.name == name; });
    if (plan == apps.end()) return;  // one that nobody uses
    const auto number = static_cast<int>(plan - apps.begin());
    around_.invariants.requests().lanes().app_changed(number);
    for (const AccountPlan& account : around_.scenario.accounts)
        if (account.app == number) around_.invariants.requests().reason_to_refresh(account.name);
}

void Callers::ask_for_token(const std::string& account) {
    Daemon* const daemon = around_.daemon();
    if (daemon == nullptr) return;
    constexpr std::array<Duration, 6> kMinTtls = {0s, 1min, 1min, 10min, 2h, 24h * 365};
    const ServerPolicy& policy = random_.one_of(around_.scenario.apps).policy;
    const Duration min_ttl = random_.chance(0.05) ? random_.between(0ms, policy.lifetime) : random_.one_of(kMinTtls);
    if (const auto token = daemon->accounts().token_now(account, min_ttl)) {
        ++around_.statistics[Count::kCalls];
        return take_token(account, *token);
    }
    const Duration patience = random_.chance(0.1) ? Duration(0) : random_.magnitude(10ms, 2min);
    around_.trace.say("caller: waits for a token of ", account);
    using Answer = Result<IssuedToken>;
    around_.waits.ask<Answer>(
        "a token of " + account, patience,
        [&](Accounts::TokenDone done) {
            return daemon->accounts().await_token(account, min_ttl, patience, std::move(done));
        },
        [this, account](const Answer& answer) {
            take_token(account, answer);
            // From within the answer, as a client that is served on the same loop might.
            if (random_.chance(0.05)) ask_for_token(account);
        });
}

void Callers::take_token(const std::string& account, const Result<IssuedToken>& token) {
    Daemon* const daemon = around_.daemon();
    if (!token) return around_.invariants.refused(account, token.error(), daemon->accounts());
    around_.trace.say("caller: has the token of ", account, " generation ", token->generation);
    around_.invariants.handed_out(account, *token);
    if (random_.chance(0.5)) use(*token);
}

void Callers::use(const IssuedToken& token) {
    const bool accepted = around_.server.accepts(token.access_token.reveal());
    const int status = !accepted              ? kUnauthorized
                       : random_.chance(0.02) ? kUnauthorized  // a wrong region, say: no refresh cures it
                       : random_.chance(0.05) ? kForbidden
                                              : 0;
    if (status == 0) return;
    for (std::uint64_t left = 1 + random_.below(3); left > 0; --left)
        around_.events.add(random_.between(1ms, 10s), EventQueue::Place::kMachine,
                           [this, account = token.account, generation = token.generation, status] {
                               report(account, generation, status);
                           });
}

void Callers::report(const std::string& account, std::uint64_t generation, int status) {
    Daemon* const daemon = around_.daemon();
    if (daemon == nullptr) return;
    around_.trace.say("caller: reports ", status, " for ", account, " generation ", generation);
    if (status == kUnauthorized) around_.invariants.requests().reason_to_refresh(account);
    (void)daemon->accounts().report(account, generation, status, static_cast<std::uint32_t>(random_.below(3)));
    if (status == kUnauthorized) ask_for_token(account);
}

void Callers::refresh(const std::string& account) {
    Daemon* const daemon = around_.daemon();
    if (daemon == nullptr) return;
    const auto facts = daemon->accounts().facts(account);
    if (facts && facts->state == AccountState::kLoginRequired && random_.chance(0.5)) return revive(account);

    const Duration patience = random_.magnitude(1s, 2min);
    around_.trace.say("operator: refreshes ", account);
    around_.invariants.requests().reason_to_refresh(account);
    using Answer = Result<AccountFacts>;
    around_.waits.ask<Answer>(
        "a refresh of " + account, patience,
        [&](Accounts::FactsDone done) { return daemon->accounts().refresh(account, patience, std::move(done)); },
        [](const Answer&) {});
}

void Callers::revive(const std::string& account) {
    const Duration patience = random_.magnitude(1s, 2min);
    around_.trace.say("operator: revives ", account);
    around_.invariants.requests().revived(account);
    using Answer = Result<AccountFacts>;
    around_.waits.ask<Answer>(
        "a revival of " + account, patience,
        [&](Accounts::FactsDone done) {
            return around_.daemon()->accounts().revive(account, patience, std::move(done));
        },
        [](const Answer&) {});
}

/// The configuration has one of the apps, or none any more; it says the same of it as what is stored.
void Callers::reload() {
    Daemon* const daemon = around_.daemon();
    if (daemon == nullptr) return;
    ++around_.statistics[Count::kReloads];
    around_.trace.say("operator: has the configuration read again");
    std::vector<App> configured;
    const AppPlan& plan = random_.one_of(around_.scenario.apps);
    if (random_.chance(0.5) && daemon->apps().find(plan.name) != nullptr) configured.push_back(plan.app());
    daemon->accounts().reconfigure(around_.scenario.options);
    daemon->apps().reconfigure(std::move(configured));
}

}  // namespace agent::sim
