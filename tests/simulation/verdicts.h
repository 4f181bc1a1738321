// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/accounts/accounts.h"
#include "simulation/durable_records.h"
#include "simulation/findings.h"
#include "simulation/sim_server.h"
#include "simulation/statistics.h"

namespace agent::sim {

/// Follows each rotated refresh token from the server to the disk, and sees to it that an account says login_required
/// only when its grant has ended, or when a single-use answer was lost in the window that nobody can close: on the
/// wire, or by a crash before it was durable. The reason must say so then.
class Verdicts {
  public:
    Verdicts(const SimServer& server, const DurableRecords& records, Statistics& statistics, Findings& findings)
        : server_(server), records_(records), statistics_(statistics), findings_(findings) {}

    void rotated(const TokenName& refresh_token) { fates_[key(refresh_token)] = Fate::kOnItsWay; }
    void received(const TokenName& refresh_token) { fates_[key(refresh_token)] = Fate::kReceived; }
    void lost(const TokenName& refresh_token) { fates_[key(refresh_token)] = Fate::kLost; }
    void durable(const TokenName& refresh_token) { fates_.erase(key(refresh_token)); }
    void ended_by_late_request(int grant) { ended_by_late_request_.insert(grant); }
    /// What was not durable by now has died with the process.
    void crashed();

    /// The account says login_required.
    void condemned(const AccountFacts& facts);
    /// A person was told that the grant has ended at Clio, which must be true unless the agent could not know.
    void said_to_have_ended(const std::string& account);

  private:
    enum class Fate { kOnItsWay, kReceived, kLost };
    using Key = std::pair<int, int>;

    static Key key(const TokenName& token) { return {token.grant, token.number}; }
    /// Whether the grant was lost in the window: the server has rotated past what is durable, and an answer on that way
    /// was lost; or the request of a lost answer arrived late.
    [[nodiscard]] bool lost_in_window(const ServerGrant& grant, const TokenName& durable) const;

    const SimServer& server_;
    const DurableRecords& records_;
    Statistics& statistics_;
    Findings& findings_;
    /// Of those that are not durable.
    std::map<Key, Fate> fates_;
    std::set<int> ended_by_late_request_;
    std::set<int> judged_;
};

}  // namespace agent::sim
