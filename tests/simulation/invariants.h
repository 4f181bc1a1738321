// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "core/accounts/accounts.h"
#include "simulation/account_watch.h"
#include "simulation/durable_records.h"
#include "simulation/findings.h"
#include "simulation/sim_network.h"
#include "simulation/statistics.h"
#include "simulation/token_requests.h"
#include "simulation/verdicts.h"

namespace agent::sim {

/// Everything that must always hold, each rule in a separate class; this one notifies them.
class Invariants : public NetworkWatch {
  public:
    Invariants(const EventQueue& events, const Clock& clock, const SimServer& server, const Sealer& sealer,
               Pacer::Limits limits, const Faults::Plan& faults, Statistics& statistics, Trace& trace);

    [[nodiscard]] Findings& findings() { return findings_; }
    [[nodiscard]] DurableRecords& records() { return records_; }
    [[nodiscard]] TokenRequests& requests() { return requests_; }

    /// Called with the account whenever a refresh of it is sent.
    void on_refresh(std::function<void(const std::string&)> on_refresh) { on_refresh_ = std::move(on_refresh); }

    void became_durable(const StoreChange& change);
    void crashed();
    /// The agent was locked: nothing was in progress, so nothing may be lost.
    void locked() { records_.crashed(); }
    void restarted(const Accounts& accounts);
    void after_step(const Accounts& accounts) { watch_.look(accounts.list()); }
    void handed_out(const std::string& asked, const IssuedToken& token);
    /// A caller was told that there is no token now.
    void refused(const std::string& asked, const Error& error, const Accounts& accounts);
    void grant_said_to_have_ended(const std::string& account) { verdicts_.said_to_have_ended(account); }

    void sent(const Asked& asked, Fault fault) override;
    void over(const Asked& asked) override { requests_.over(asked); }
    void told_to_wait(const Asked& asked, Duration wait) override;
    void rotated(const TokenName& refresh_token) override;
    void received(const TokenName& refresh_token) override;
    void lost(const TokenName& refresh_token) override;
    void ended_by_late_request(int grant) override;

  private:
    const Clock& clock_;
    const SimServer& server_;
    Statistics& statistics_;
    Trace& trace_;
    Findings findings_;
    DurableRecords records_;
    TokenRequests requests_;
    Verdicts verdicts_;
    AccountWatch watch_;
    std::function<void(const std::string&)> on_refresh_ = [](const std::string&) {};
};

}  // namespace agent::sim
