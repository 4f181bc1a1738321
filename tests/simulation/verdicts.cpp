// SPDX-License-Identifier: Apache-2.0
#include "simulation/verdicts.h"

namespace agent::sim {

void Verdicts::crashed() {
    for (auto& [token, fate] : fates_) fate = Fate::kLost;
}

bool Verdicts::lost_in_window(const ServerGrant& grant, const TokenName& durable) const {
    if (ended_by_late_request_.contains(durable.grant)) return true;
    for (int number = durable.number + 1; number <= grant.newest_refresh_token(); ++number) {
        const auto found = fates_.find({durable.grant, number});
        if (found != fates_.end() && found->second == Fate::kLost) return true;
    }
    return false;
}

void Verdicts::condemned(const AccountFacts& facts) {
    const DurableSet* set = records_.find(facts.name);
    if (set == nullptr || !judged_.insert(set->refresh_token.grant).second) return;

    const ServerGrant& grant = server_.grant(set->refresh_token.grant);
    if (grant.ended == ServerGrant::Ended::kByPerson || grant.ended == ServerGrant::Ended::kByAgent) {
        ++statistics_[Count::kGrantsEnded];
    } else if (!lost_in_window(grant, set->refresh_token)) {
        ++statistics_[Count::kLostOutside];
        findings_.violated("account " + facts.name + ": login_required for a healthy grant: " + facts.reason);
    } else {
        ++statistics_[Count::kLostInWindow];
        if (facts.reason.find("lost") == std::string::npos)
            findings_.violated("account " + facts.name + ": the reason hides that an answer was lost: " + facts.reason);
    }
}

void Verdicts::said_to_have_ended(const std::string& account) {
    const DurableSet* set = records_.find_removed(account);
    if (set == nullptr) return;
    const ServerGrant& grant = server_.grant(set->refresh_token.grant);
    const bool lives = grant.ended == ServerGrant::Ended::kNo;
    if (lives && !judged_.contains(set->refresh_token.grant) && !lost_in_window(grant, set->refresh_token))
        findings_.violated("account " + account + ": its grant lives on, but was said to have ended");
}

}  // namespace agent::sim
