// SPDX-License-Identifier: Apache-2.0
#include "simulation/durable_records.h"

#include <algorithm>
#include <utility>

#include "core/refresh/token_set.h"

namespace agent::sim {

namespace {

std::string generation_text(std::uint64_t generation) {
    return "generation " + std::to_string(generation);
}

}  // namespace

const DurableSet* DurableRecords::find(const std::string& account) const {
    const auto found = records_.find(account);
    return found == records_.end() || !found->second.present ? nullptr : &*found->second.present;
}

const DurableSet* DurableRecords::find_removed(const std::string& account) const {
    const auto found = records_.find(account);
    const bool removed = found != records_.end() && !found->second.present && found->second.before;
    return removed ? &*found->second.before : nullptr;
}

std::size_t DurableRecords::count() const {
    return apart_.size() +
           static_cast<std::size_t>(
               std::count_if(records_.begin(), records_.end(), [](const auto& entry) { return entry.second.present; }));
}

void DurableRecords::crashed() {
    for (auto& [account, record] : records_) record.removals_asked = 0;
}

void DurableRecords::changed(const StoreChange& change) {
    if (change.row.kind != StoredRow::Kind::kAccount) return;
    const std::string& account = change.row.name;
    if (account.starts_with("restored-")) return changed_apart(change);
    Record& record = records_[account];
    if (change.action == StoreChange::Action::kPut) return put(account, record, change.row);

    if (record.removals_asked <= 0) violated(account, "its record was removed, which nobody asked for");
    record.before = std::exchange(record.present, std::nullopt);
}

void DurableRecords::changed_apart(const StoreChange& change) {
    const std::string& account = change.row.name;
    if (change.action == StoreChange::Action::kRemove) {
        apart_.erase(account);
        return;
    }
    apart_.insert(account);
    const auto opened = open_account_record(sealer_, change.row);
    if (!opened || !open_token_set(sealer_, opened->tokens, account, change.row.generation))
        violated(account, "stored what cannot be opened");
}

void DurableRecords::put(const std::string& account, Record& record, const StoredRow& row) {
    const auto opened = open_account_record(sealer_, row);
    if (!opened) return violated(account, "stored what cannot be opened: " + opened.error().message);
    const auto tokens = open_token_set(sealer_, opened->tokens, account, row.generation);
    if (!tokens) return violated(account, "stored tokens that cannot be opened: " + tokens.error().message);

    const Life& life = opened->life;
    DurableSet set{.generation = row.generation,
                   .refresh_token = TokenName::read(tokens->refresh_token.reveal()).value_or(TokenName{}),
                   .access_token = TokenName::read(tokens->access_token.reveal()).value_or(TokenName{}),
                   .obtained_at = life.obtained_at,
                   .expires_at = life.expires_at,
                   .refresh_at = life.refresh_at,
                   .intent = life.intent_saved};
    if (set.refresh_token.kind != 'r' || set.access_token.kind != 'a')
        return violated(account, "stored something else than the tokens of an answer");
    if (server_.grant(set.refresh_token.grant).account != account) violated(account, "stored somebody else's grant");

    if (failed_logins_.contains(set.refresh_token.grant))
        violated(account, "stored a login that was said to have failed");

    const bool is_new = !record.present || record.present->generation != set.generation;
    if (record.present) {
        compare(account, *record.present, set);
        if (is_new) check_previous(account, *record.present, *opened);
    } else {
        if (set.generation != 1) violated(account, "a new record begins with " + generation_text(set.generation));
        const int removals_asked = record.removals_asked;
        record = Record{};
        record.removals_asked = removals_asked;
    }
    if (is_new) record.before = std::exchange(record.present, set);
    record.present = set;
    if (is_new) on_new_set_(account, set);
}

void DurableRecords::compare(const std::string& account, const DurableSet& old_set, const DurableSet& new_set) {
    if (new_set.generation < old_set.generation)
        return violated(
            account, generation_text(new_set.generation) + " was stored over " + generation_text(old_set.generation));
    if (new_set.generation > old_set.generation + 1)
        violated(account, generation_text(new_set.generation) + " follows " + generation_text(old_set.generation));

    const bool same_grant = new_set.refresh_token.grant == old_set.refresh_token.grant;
    if (same_grant && new_set.refresh_token.number < old_set.refresh_token.number)
        violated(account, "refresh token " + old_set.refresh_token.text() + " was lost for the older " +
                              new_set.refresh_token.text());
    if (new_set.generation != old_set.generation) return;

    if (new_set.refresh_token != old_set.refresh_token || new_set.access_token != old_set.access_token)
        violated(account, "the tokens of " + generation_text(new_set.generation) + " changed");
    if (new_set.refresh_at != old_set.refresh_at)
        violated(account, "the refresh_at of " + generation_text(new_set.generation) + " was drawn again");
    if (new_set.obtained_at != old_set.obtained_at || new_set.expires_at != old_set.expires_at)
        violated(account, "the times of " + generation_text(new_set.generation) + " changed");
    if (old_set.intent && !new_set.intent)
        violated(account, "the intent of " + generation_text(new_set.generation) + " was taken back");
}

void DurableRecords::check_previous(const std::string& account, const DurableSet& old_set,
                                    const AccountRecord& opened) {
    const auto kept = open_token_set(sealer_, opened.previous_tokens, account, opened.previous_generation);
    if (!kept || opened.previous_generation != old_set.generation ||
        kept->refresh_token.reveal() != old_set.refresh_token.text())
        violated(account, "the token set of " + generation_text(old_set.generation) + " was not kept");
}

void DurableRecords::handed_out(const std::string& asked, const IssuedToken& token) {
    const auto found = records_.find(asked);
    const std::string what = "the access token of " + generation_text(token.generation) + " was handed out ";
    if (found == records_.end()) return violated(asked, what + "for an account that never was");
    Record& record = found->second;

    const auto is_it = [&](const std::optional<DurableSet>& set) { return set && set->generation == token.generation; };
    const auto& set = is_it(record.present) ? record.present : record.before;
    if (!is_it(set)) return violated(asked, what + "before it was durable");
    if (set->access_token.text() != token.access_token.reveal())
        violated(asked, what + "and is not of that generation");
    if (token.account != asked || server_.grant(set->access_token.grant).account != asked)
        violated(asked, what + "and belongs to somebody else");
    if (set->expires_at != token.expires_at) violated(asked, what + "with a wrong expires_at");
    if (token.expires_at <= clock_.now()) violated(asked, what + "after it had expired");
    if (token.generation < record.handed_out) violated(asked, what + "after " + generation_text(record.handed_out));
    record.handed_out = token.generation;
}

}  // namespace agent::sim
