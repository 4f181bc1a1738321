// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/accounts/accounts.h"
#include "simulation/durable_records.h"
#include "simulation/faults.h"
#include "simulation/lane_watch.h"
#include "simulation/statistics.h"

namespace agent::sim {

/// What a dead token endpoint may cost in a week: for each account, a request every five minutes on average, which is
/// full jitter below ten minutes, and some more for chance and the first steps of the backoff.
inline constexpr Duration kDeadWeek = std::chrono::hours(24 * 7);
inline constexpr int kRequestsToADeadEndpoint = 2400;
/// What each restart, clock step or wish of a person may add to it.
inline constexpr int kRequestsForEachReason = 20;

/// Looks at each refresh as it leaves the agent, and sees to it that
/// - at most one of an account is in flight;
/// - a refresh token is sent only with its intent durable, and only the newest;
/// - a young token set is refreshed only when something asks for it, and a condemned one only when a person does;
/// - one that has failed is not tried again before the time that the agent told;
/// - a dead endpoint gets few requests.
class TokenRequests {
  public:
    TokenRequests(const EventQueue& events, const Clock& clock, const SimServer& server, const DurableRecords& records,
                  Pacer::Limits limits, const Faults::Plan& faults, Statistics& statistics, Findings& findings)
        : events_(events),
          clock_(clock),
          server_(server),
          records_(records),
          faults_(faults),
          statistics_(statistics),
          findings_(findings),
          lanes_(events, limits, findings) {}

    [[nodiscard]] LaneWatch& lanes() { return lanes_; }

    void sent(const Asked& asked);
    void over(const Asked& asked);
    void told_to_wait(const Asked& asked, Duration wait);
    void restarted();
    /// Somebody gave a reason to refresh the account out of turn.
    void reason_to_refresh(const std::string& account) { note_reason(wishes_[account]); }
    /// The same for all accounts: the clock was set.
    void clock_stepped();
    void new_set(const std::string& account);
    /// A person has the refresh token tried again that the server has refused.
    void revived(const std::string& account);
    /// What the agent says of an account after a step.
    void look_at(const AccountFacts& facts);

  private:
    struct Wish {
        int in_flight = 0;
        BootTime generation_began;
        std::optional<BootTime> last_reason;
        std::uint64_t requested_generation = 0;
        std::uint64_t condemned_generation = 0;
        bool revived = false;
        std::optional<WallTime> next_attempt;  // as the agent said after a failure
        BootTime told_at;
        int to_dead_endpoint = 0;
        int reasons_while_dead = 0;
    };

    void check_refresh(const std::string& account, const TokenName& token);
    void check_reason(const std::string& account, const Wish& wish, const DurableSet& set);
    void count_dead(const std::string& account, Wish& wish, int app);
    void note_reason(Wish& wish);
    [[nodiscard]] bool is_dead(int app) const;
    void violated(const std::string& account, const std::string& what) {
        findings_.violated("account " + account + ": " + what);
    }

    const EventQueue& events_;
    const Clock& clock_;
    const SimServer& server_;
    const DurableRecords& records_;
    const Faults::Plan& faults_;
    Statistics& statistics_;
    Findings& findings_;
    LaneWatch lanes_;
    std::map<std::string, Wish> wishes_;
};

}  // namespace agent::sim
