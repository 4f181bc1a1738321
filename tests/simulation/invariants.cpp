// SPDX-License-Identifier: Apache-2.0
#include "simulation/invariants.h"

namespace agent::sim {

namespace {

std::string_view to_string(Asked::What what) {
    switch (what) {
        case Asked::What::kRefresh:
            return "refresh with ";
        case Asked::What::kExchange:
            return "exchange of ";
        case Asked::What::kEndGrant:
            return "end of the grant of ";
        case Asked::What::kWhoAmI:
            return "who_am_i with ";
    }
    std::abort();
}

}  // namespace

Invariants::Invariants(const EventQueue& events, const Clock& clock, const SimServer& server, const Sealer& sealer,
                       Pacer::Limits limits, const Faults::Plan& faults, Statistics& statistics, Trace& trace)
    : clock_(clock),
      server_(server),
      statistics_(statistics),
      trace_(trace),
      findings_(trace),
      records_(sealer, server, clock, findings_),
      requests_(events, clock, server, records_, limits, faults, statistics, findings_),
      verdicts_(server, records_, statistics, findings_),
      watch_(events, clock, server, records_, verdicts_, requests_, faults.end, statistics, findings_) {
    records_.on_new_set([this](const std::string& account, const DurableSet& set) {
        ++statistics_[Count::kTokenSets];
        verdicts_.durable(set.refresh_token);
        requests_.new_set(account);
    });
}

void Invariants::became_durable(const StoreChange& change) {
    const bool put = change.action == StoreChange::Action::kPut;
    if (put)
        trace_.say("store: ", change.row.name, " durable, generation ", change.row.generation);
    else
        trace_.say("store: ", change.row.name, " removed");
    records_.changed(change);
}

void Invariants::crashed() {
    records_.crashed();
    verdicts_.crashed();
}

void Invariants::restarted(const Accounts& accounts) {
    requests_.restarted();
    watch_.look_after_restart(accounts.list());
}

void Invariants::handed_out(const std::string& asked, const IssuedToken& token) {
    ++statistics_[Count::kTokensHandedOut];
    records_.handed_out(asked, token);
    watch_.handed_out(token);
}

void Invariants::refused(const std::string& asked, const Error& error, const Accounts& accounts) {
    trace_.say("caller: no token of ", asked, ": ", error.message);
    const auto facts = accounts.facts(asked);
    if (!facts) return;
    if (error.code == Error::Code::kTemporarilyUnavailable && facts->expires_at > clock_.now())
        findings_.violated("account " + asked + ": no token, but it lives: " + error.message);
    if (error.code == Error::Code::kLoginRequired && facts->state != AccountState::kLoginRequired)
        findings_.violated("account " + asked + ": a login was asked for while it is " +
                           std::string(word_of(kAccountStates, facts->state)));
    if (error.code == Error::Code::kInternal)
        findings_.violated("account " + asked + ": internal error: " + error.message);
}

void Invariants::sent(const Asked& asked, Fault fault) {
    trace_.say("agent: ", to_string(asked.what), asked.token.text(), ", fault: ", sim::to_string(fault));
    ++statistics_[fault];
    requests_.sent(asked);
    if (asked.what != Asked::What::kRefresh) return;
    ++statistics_[Count::kRefreshRequests];
    on_refresh_(server_.grant(asked.token.grant).account);
}

void Invariants::told_to_wait(const Asked& asked, Duration wait) {
    trace_.say("agent: is told to wait for ", wait.count(), " ms");
    requests_.told_to_wait(asked, wait);
}

void Invariants::rotated(const TokenName& refresh_token) {
    trace_.say("server: made ", refresh_token.text());
    verdicts_.rotated(refresh_token);
}

void Invariants::received(const TokenName& refresh_token) {
    trace_.say("agent: has ", refresh_token.text());
    verdicts_.received(refresh_token);
}

void Invariants::lost(const TokenName& refresh_token) {
    trace_.say("network: lost ", refresh_token.text());
    verdicts_.lost(refresh_token);
}

void Invariants::ended_by_late_request(int grant) {
    trace_.say("server: grant ", grant, " ended, since a request came late");
    verdicts_.ended_by_late_request(grant);
}

}  // namespace agent::sim
