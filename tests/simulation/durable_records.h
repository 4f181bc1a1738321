// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/crypto/sealing.h"
#include "core/accounts/account_record.h"
#include "core/accounts/accounts.h"
#include "simulation/findings.h"
#include "simulation/sim_server.h"

namespace agent::sim {

/// One token set of an account on the disk.
struct DurableSet {
    std::uint64_t generation = 0;
    TokenName refresh_token;
    TokenName access_token;
    WallTime obtained_at;
    WallTime expires_at;
    WallTime refresh_at;
    bool intent = false;
};

/// Opens each record that becomes durable, and sees to it that
/// - a generation never decreases, and never skips;
/// - nothing of a generation changes but the intent: above all its refresh_at is drawn once;
/// - the newest refresh token is never replaced by an older one, and the set before it is kept;
/// - a record goes only when somebody asked for it, and none comes of a login that was said to have failed;
/// - an access token is handed out only when its set is durable, lives by the agent's clock and belongs to the account.
class DurableRecords {
  public:
    DurableRecords(const Sealer& sealer, const SimServer& server, const Clock& clock, Findings& findings)
        : sealer_(sealer), server_(server), clock_(clock), findings_(findings) {}

    void changed(const StoreChange& change);
    void handed_out(const std::string& asked, const IssuedToken& token);

    /// A caller requested the removal of the account, or got the result.
    void removal_asked(const std::string& account) { ++records_[account].removals_asked; }
    /// Somebody waits for the end of its grant, which may need a fresh access token.
    [[nodiscard]] bool is_being_removed(const std::string& account) const {
        const auto found = records_.find(account);
        return found != records_.end() && found->second.removals_asked > 0;
    }
    void removal_answered(const std::string& account) { --records_[account].removals_asked; }
    void crashed();
    /// A person was told that the login by this grant has failed.
    void login_failed(int grant) { failed_logins_.insert(grant); }

    /// Null when there is no such record.
    [[nodiscard]] const DurableSet* find(const std::string& account) const;
    /// The last set of a record that was removed; null when there is none.
    [[nodiscard]] const DurableSet* find_removed(const std::string& account) const;
    [[nodiscard]] std::size_t count() const;
    /// Called with the account and its new set.
    void on_new_set(std::function<void(const std::string&, const DurableSet&)> on_new_set) {
        on_new_set_ = std::move(on_new_set);
    }

  private:
    struct Record {
        std::optional<DurableSet> present;
        std::optional<DurableSet> before;
        std::uint64_t handed_out = 0;  // the newest generation that a caller has seen
        int removals_asked = 0;
    };

    void changed_apart(const StoreChange& change);
    void put(const std::string& account, Record& record, const StoredRow& row);
    void compare(const std::string& account, const DurableSet& old_set, const DurableSet& new_set);
    void check_previous(const std::string& account, const DurableSet& old_set, const AccountRecord& opened);
    void violated(const std::string& account, const std::string& what) {
        findings_.violated("account " + account + ": " + what);
    }

    const Sealer& sealer_;
    const SimServer& server_;
    const Clock& clock_;
    Findings& findings_;
    std::map<std::string, Record> records_;
    std::set<std::string> apart_;  // of Deposits, with tokens that the server does not know
    std::set<int> failed_logins_;
    std::function<void(const std::string&, const DurableSet&)> on_new_set_ = [](const auto&, const auto&) {};
};

}  // namespace agent::sim
