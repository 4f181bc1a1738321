// SPDX-License-Identifier: Apache-2.0
#include "simulation/token_requests.h"

#include <algorithm>

namespace agent::sim {

namespace {

bool at_token_endpoint(const Asked& asked) {
    return asked.what == Asked::What::kRefresh || asked.what == Asked::What::kExchange;
}

}  // namespace

void TokenRequests::sent(const Asked& asked) {
    if (!at_token_endpoint(asked)) return;
    const ServerGrant& grant = server_.grant(asked.token.grant);
    lanes_.sent(grant.app);
    if (asked.what == Asked::What::kRefresh) check_refresh(grant.account, asked.token);
}

void TokenRequests::over(const Asked& asked) {
    if (!at_token_endpoint(asked)) return;
    const ServerGrant& grant = server_.grant(asked.token.grant);
    lanes_.over(grant.app);
    if (asked.what == Asked::What::kRefresh) --wishes_[grant.account].in_flight;
}

void TokenRequests::told_to_wait(const Asked& asked, Duration wait) {
    if (asked.what == Asked::What::kRefresh) lanes_.told_to_wait(server_.grant(asked.token.grant).app, wait);
}

void TokenRequests::check_refresh(const std::string& account, const TokenName& token) {
    Wish& wish = wishes_[account];
    if (++wish.in_flight > 1) violated(account, "two refreshes in flight");

    const DurableSet* set = records_.find(account);
    if (set == nullptr) return violated(account, "refreshed without a durable record");
    if (set->refresh_token != token)
        violated(account, "refreshed with " + token.text() + ", but " + set->refresh_token.text() + " is durable");
    if (!set->intent) violated(account, "refreshed without a durable intent");
    check_reason(account, wish, *set);
    count_dead(account, wish, server_.grant(token.grant).app);
    wish.requested_generation = set->generation;
}

void TokenRequests::check_reason(const std::string& account, const Wish& wish, const DurableSet& set) {
    if (wish.condemned_generation == set.generation && !wish.revived)
        violated(account, "refreshed although it was condemned");
    // Whose grant is to be ended may need a fresh access token for it, at any time.
    const bool is_being_removed = records_.is_being_removed(account);
    const bool out_of_turn = (wish.last_reason && *wish.last_reason >= wish.told_at) || is_being_removed;
    if (wish.next_attempt && clock_.now() < *wish.next_attempt && !out_of_turn)
        violated(account, "refreshed before the time that was told");

    const bool again = wish.requested_generation == set.generation;
    const bool has_reason = (wish.last_reason && *wish.last_reason >= wish.generation_began) || is_being_removed;
    const bool young = clock_.now() - set.obtained_at < (set.expires_at - set.obtained_at) / 10;
    if (young && !again && !has_reason) violated(account, "a young token set was refreshed for no reason");
}

bool TokenRequests::is_dead(int app) const {
    return std::any_of(faults_.spells.begin(), faults_.spells.end(), [&](const Spell& spell) {
        return spell.covers(events_.now()) && spell.strength == 1.0 && spell.to - spell.from <= kDeadWeek &&
               (spell.app == -1 || spell.app == app);
    });
}

void TokenRequests::count_dead(const std::string& account, Wish& wish, int app) {
    if (!is_dead(app)) {
        wish.to_dead_endpoint = 0;
        wish.reasons_while_dead = 0;
        return;
    }
    ++wish.to_dead_endpoint;
    if (wish.reasons_while_dead == 0)
        statistics_.reached(Peak::kRequestsToDeadEndpoint, static_cast<std::uint64_t>(wish.to_dead_endpoint));
    if (wish.to_dead_endpoint > kRequestsToADeadEndpoint + wish.reasons_while_dead * kRequestsForEachReason)
        violated(account, "too many requests to a dead endpoint");
}

void TokenRequests::note_reason(Wish& wish) {
    wish.last_reason = events_.now();
    ++wish.reasons_while_dead;
}

void TokenRequests::restarted() {
    lanes_.restarted();
    for (auto& [account, wish] : wishes_) {
        wish.in_flight = 0;
        wish.condemned_generation = 0;  // the verdict may not have become durable
        wish.revived = false;
        wish.next_attempt.reset();
        ++wish.reasons_while_dead;
    }
}

void TokenRequests::clock_stepped() {
    for (auto& [account, wish] : wishes_) note_reason(wish);
}

void TokenRequests::new_set(const std::string& account) {
    Wish& wish = wishes_[account];
    wish.generation_began = events_.now();
    wish.requested_generation = 0;
    wish.condemned_generation = 0;
    wish.revived = false;
}

void TokenRequests::revived(const std::string& account) {
    Wish& wish = wishes_[account];
    note_reason(wish);
    wish.revived = true;
}

void TokenRequests::look_at(const AccountFacts& facts) {
    Wish& wish = wishes_[facts.name];
    if (facts.state == AccountState::kLoginRequired) wish.condemned_generation = facts.generation;
    const bool waits = facts.state == AccountState::kStale || facts.state == AccountState::kNeedsAttention ||
                       facts.state == AccountState::kUnknownOutcome;
    const auto told = waits ? facts.refresh_at : std::nullopt;
    if (told != wish.next_attempt) wish.told_at = events_.now();
    wish.next_attempt = told;
}

}  // namespace agent::sim
