// SPDX-License-Identifier: Apache-2.0
#include "simulation/people.h"

#include <algorithm>

#include "base/text/encoding.h"
#include "protocol/limits.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr Duration kSlowestDisk = 20min;  // some commits, each of which may take two minutes

std::string state_in(const std::string& authorization_url) {
    const auto parameters = FormParameters::parse(authorization_url.substr(authorization_url.find('?') + 1));
    return std::string(parameters->find("state").value_or(""));
}

}  // namespace

void People::start() {
    const Habits& habits = around_.scenario.habits;
    for (const AccountPlan& plan : around_.scenario.accounts) repeat(habits.look, [this, &plan] { look(plan); });
    repeat(habits.login, [this] { log_in(anybody(), thinking_time()); });
    repeat(habits.logout, [this] { log_out(anybody()); });
    repeat(habits.withdraw, [this] { withdraw(anybody()); });
}

void People::repeat(Duration mean, const std::function<void()>& act) {
    around_.events.add(random_.interval(mean), EventQueue::Place::kMachine, [this, mean, act] {
        if (around_.events.now() >= around_.scenario.faults.end) return;
        if (around_.daemon() != nullptr) act();
        repeat(mean, act);
    });
}

const AccountPlan& People::anybody() {
    return random_.one_of(around_.scenario.accounts);
}

void People::look(const AccountPlan& plan) {
    const auto facts = around_.daemon()->accounts().facts(plan.name);
    if (!facts || facts->state == AccountState::kLoginRequired) log_in(plan, thinking_time());
}

Duration People::thinking_time() {
    return random_.magnitude(5s, 20min);  // more than a login may take
}

void People::disturb(const std::string& account) {
    const auto& plans = around_.scenario.accounts;
    const auto plan = std::find_if(plans.begin(), plans.end(), [&](const auto& p) { return p.name == account; });
    around_.events.add(random_.magnitude(1ms, 2s), EventQueue::Place::kMachine, [this, plan] {
        if (around_.daemon() == nullptr || around_.events.now() >= around_.scenario.faults.end) return;
        if (random_.chance(0.5))
            log_in(*plan, random_.magnitude(1ms, 1s));
        else
            log_out(*plan);
    });
}

void People::log_in(const AccountPlan& plan, Duration in_browser) {
    const std::string& app = around_.scenario.apps.at(static_cast<std::size_t>(plan.app)).name;
    const auto login = around_.daemon()->logins().start(
        {.app = app, .account = plan.name, .replace_user = random_.chance(0.7), .user = 0});
    if (!login) return;
    around_.trace.say("person: logs in to ", plan.name);
    around_.events.add(in_browser, EventQueue::Place::kMachine,
                       [this, &plan, login = *login] { answer_in_browser(plan, login); });
}

void People::answer_in_browser(const AccountPlan& plan, const LoginState& login) {
    const std::string state = "&state=" + state_in(login.authorization_url);
    const std::string page = "https://app.clio.com/oauth/approval?";
    if (random_.chance(0.05)) return paste(plan, login, page + "error=access_denied" + state, -1);
    const TokenName code = around_.server.authorize(plan.app, plan.name);
    paste(plan, login, page + "code=" + code.text() + state, code.grant);
}

void People::paste(const AccountPlan& plan, const LoginState& login, const std::string& url, int grant) {
    Daemon* const daemon = around_.daemon();
    if (daemon == nullptr || !daemon->logins().paste(login.id, url)) return;
    if (random_.chance(0.05))
        around_.events.add(random_.between(0ms, 5s), EventQueue::Place::kMachine, [this, id = login.id] {
            if (Daemon* const still = around_.daemon()) still->logins().cancel(id);
        });
    if (random_.chance(0.2)) around_.rotate_soon();
    using Answer = Result<LoginState>;
    const Duration patience = 1min;
    around_.waits.ask<Answer>(
        "a login to " + plan.name, patience,
        [&](Logins::Done done) { return daemon->logins().await(login.id, patience, std::move(done)); },
        [this, &plan, grant](const Answer& answer) {
            if (!answer || answer->status == LoginState::Status::kPending) return;
            const bool done = answer->status == LoginState::Status::kDone;
            around_.trace.say("person: login to ", plan.name, done ? " is done" : " has failed: ", answer->error);
            around_.statistics[Count::kLogins] += done ? 1 : 0;
            if (!done) around_.invariants.records().login_failed(grant);
        });
}

void People::log_out(const AccountPlan& plan) {
    const bool revoke = random_.chance(0.6);
    const auto facts = around_.daemon()->accounts().facts(plan.name);
    const DurableSet* const set = around_.invariants.records().find(plan.name);
    if (!facts || set == nullptr) return;

    around_.trace.say("person: logs out of ", plan.name, revoke ? ", and ends the grant" : "");
    around_.invariants.records().removal_asked(plan.name);
    around_.invariants.requests().reason_to_refresh(plan.name);
    using Answer = Result<void>;
    around_.waits.ask<Answer>(
        "a removal of " + plan.name, limits::kTokenPatience + kSlowestDisk,
        [&](Accounts::Done done) {
            return around_.daemon()->accounts().remove(plan.name, revoke, limits::kTokenPatience, std::move(done));
        },
        [this, &plan, revoke](const Answer& answer) {
            around_.trace.say("person: logout of ", plan.name,
                              answer ? " is done" : " has failed: ", answer ? "" : answer.error().message);
            if (answer) ++around_.statistics[Count::kRemovals];
            around_.invariants.records().removal_answered(plan.name);
            if (answer && revoke) around_.invariants.grant_said_to_have_ended(plan.name);
        });
}

void People::withdraw(const AccountPlan& plan) {
    const DurableSet* const set = around_.invariants.records().find(plan.name);
    if (set == nullptr) return;
    around_.trace.say("person: ends the grant of ", plan.name, " at Clio");
    around_.server.end_by_person(set->refresh_token.grant);
}

}  // namespace agent::sim
