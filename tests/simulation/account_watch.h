// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/accounts/accounts.h"
#include "core/refresh/refresh_timing.h"
#include "simulation/durable_records.h"
#include "simulation/token_requests.h"
#include "simulation/verdicts.h"

namespace agent::sim {

/// How soon every living account is ready again once all faults have ended. In the worst case its last request has just
/// failed with the longest pauses there are: what a server may ask for, that of a refused client, and a whole backoff
/// on top. Then it waits for its turn, is refreshed and stored.
inline constexpr Duration kRecovery = kLongestRetryAfter + 2 * kLongestBackoff + std::chrono::minutes(5);

/// Looks at what the agent says of its accounts after each step, and sees to it that
/// - every durable account is there after a restart, and no generation is ahead of the disk or goes back;
/// - the refresh_at of a generation stays what it was drawn to be;
/// - every living account is ready again within kRecovery after the last fault, and stays so while all is well; the
///   tokens that are handed out then are good.
class AccountWatch {
  public:
    AccountWatch(const EventQueue& events, const Clock& clock, const SimServer& server, const DurableRecords& records,
                 Verdicts& verdicts, TokenRequests& requests, BootTime calm_from, Statistics& statistics,
                 Findings& findings)
        : events_(events),
          clock_(clock),
          server_(server),
          records_(records),
          verdicts_(verdicts),
          requests_(requests),
          calm_from_(calm_from),
          statistics_(statistics),
          findings_(findings) {}

    /// What a restarted agent says.
    void look_after_restart(const std::vector<AccountFacts>& all);
    void look(const std::vector<AccountFacts>& all);
    /// While all is well, what a caller gets is good at the server, unless the clock was set back within its life.
    void handed_out(const IssuedToken& token);

  private:
    struct Seen {
        std::uint64_t generation = 0;
        BootTime since;
        std::optional<WallTime> refresh_at;
    };

    void look_at(const AccountFacts& facts);
    [[nodiscard]] bool seems_younger_than_it_is(const DurableSet& set, BootTime since) const;
    void check_refresh_at(const AccountFacts& facts, Seen& seen, const DurableSet& set);
    void look_while_calm(const AccountFacts& facts, const DurableSet& set);
    void violated(const AccountFacts& facts, const std::string& what) {
        findings_.violated("account " + facts.name + ": " + what);
    }

    const EventQueue& events_;
    const Clock& clock_;
    const SimServer& server_;
    const DurableRecords& records_;
    Verdicts& verdicts_;
    TokenRequests& requests_;
    BootTime calm_from_;
    Statistics& statistics_;
    Findings& findings_;
    std::map<std::string, Seen> seen_;
    std::set<std::string> ready_again_;
};

}  // namespace agent::sim
