// SPDX-License-Identifier: Apache-2.0
#include "simulation/account_watch.h"

#include <algorithm>

namespace agent::sim {

void AccountWatch::look_after_restart(const std::vector<AccountFacts>& all) {
    if (all.size() != records_.count())
        findings_.violated("after a restart there are " + std::to_string(all.size()) + " accounts, but " +
                           std::to_string(records_.count()) + " are durable");
    look(all);
}

void AccountWatch::look(const std::vector<AccountFacts>& all) {
    for (const AccountFacts& facts : all) look_at(facts);
    const auto watched =
        std::count_if(all.begin(), all.end(), [&](const auto& one) { return seen_.contains(one.name); });
    if (seen_.size() > static_cast<std::size_t>(watched)) {  // a removed account starts from the beginning
        const auto is_gone = [&](const auto& seen) {
            return std::none_of(all.begin(), all.end(), [&](const auto& facts) { return facts.name == seen.first; });
        };
        std::erase_if(seen_, is_gone);
    }
}

void AccountWatch::look_at(const AccountFacts& facts) {
    const DurableSet* set = records_.find(facts.name);
    if (set == nullptr) return;  // its removal is durable, and the agent hears of it in a moment
    Seen& seen = seen_[facts.name];
    if (facts.generation > set->generation) violated(facts, "its generation is ahead of the disk");
    if (facts.generation < seen.generation && set->generation >= seen.generation)
        violated(facts, "its generation has decreased");
    if (facts.generation != seen.generation)
        seen = Seen{.generation = facts.generation, .since = events_.now(), .refresh_at = {}};
    if (facts.generation != set->generation) return;  // it hears of the newer one in a moment

    check_refresh_at(facts, seen, *set);
    if (facts.state == AccountState::kLoginRequired) {
        verdicts_.condemned(facts);
    }
    requests_.look_at(facts);
    if (events_.now() >= calm_from_) look_while_calm(facts, *set);
}

void AccountWatch::check_refresh_at(const AccountFacts& facts, Seen& seen, const DurableSet& set) {
    const bool clock_was_set_back = clock_.now() + kClockTolerance < set.obtained_at;
    if (facts.state != AccountState::kReady || clock_was_set_back || !facts.refresh_at) return;
    if (!seen.refresh_at) seen.refresh_at = facts.refresh_at;
    if (*facts.refresh_at != *seen.refresh_at)
        violated(facts, "the refresh_at of generation " + std::to_string(facts.generation) + " was drawn again");
}

/// The clock was set back, but not to before the tokens were obtained: this cannot be told from a correct clock.
bool AccountWatch::seems_younger_than_it_is(const DurableSet& set, BootTime since) const {
    const Duration by_the_clock = clock_.now() - set.obtained_at;
    return by_the_clock + kClockTolerance >= Duration::zero() && by_the_clock + kClockTolerance < events_.now() - since;
}

void AccountWatch::handed_out(const IssuedToken& token) {
    const DurableSet* set = records_.find(token.account);
    if (set == nullptr || events_.now() < calm_from_ + kRecovery || !server_.would_refresh(set->refresh_token)) return;
    // Where a refresh ends the access token before, that one is dead while the answer is on its way.
    if (server_.policy(server_.grant(set->access_token.grant).app).refresh_ends_access_token) return;
    if (seems_younger_than_it_is(*set, seen_[token.account].since)) return;
    if (!server_.accepts(token.access_token.reveal()))
        findings_.violated("account " + token.account + ": a token was handed out that the server does not accept");
}

void AccountWatch::look_while_calm(const AccountFacts& facts, const DurableSet& set) {
    const bool lives = facts.expires_at > clock_.now();
    if (facts.state == AccountState::kReady && lives && ready_again_.insert(facts.name).second) {
        const auto took = std::chrono::floor<std::chrono::seconds>(events_.now() - calm_from_);
        statistics_.reached(Peak::kRecoverySeconds, static_cast<std::uint64_t>(took.count()));
    }
    if (events_.now() < calm_from_ + kRecovery || !server_.would_refresh(set.refresh_token)) return;

    if (!ready_again_.contains(facts.name))
        violated(facts, "still " + std::string(word_of(kAccountStates, facts.state)) +
                            " long after the last fault: " + facts.reason);
    else if (!lives)
        violated(facts, "its access token ran out while all was well");
}

}  // namespace agent::sim
