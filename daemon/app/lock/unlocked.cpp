// SPDX-License-Identifier: Apache-2.0
#include "app/lock/unlocked.h"

#include <utility>
#include <vector>

#include "base/log.h"
#include "io/systemd/log_events.h"

namespace agent {

namespace {

AccountBook::Options book_options(const Config::Refresh& refresh) {
    return {.at_fraction = refresh.at_fraction,
            .pace = {.per_second = refresh.max_per_second, .max_parallel = refresh.max_parallel}};
}

}  // namespace

Unlocked::Unlocked(const World& world, StoreWitness& witness, KeyStore& key_store, Events& events,
                   RedirectListener& redirects, DataKeys keys, Config config)
    : timers_(world.timers),
      witness_(witness),
      key_store_(key_store),
      sealer_(std::move(keys.current), std::move(keys.previous)),
      store_(world.store, sealer_),
      world_{
          .clock = world.clock, .timers = world.timers, .entropy = world.entropy, .http = world.http, .store = store_},
      events_(events),
      apps_(sealer_, world.timers, store_, std::move(config.apps)),
      accounts_(world_, sealer_, apps_, events, book_options(config.refresh)),
      logins_(world_, redirects, apps_, accounts_),
      backups_(world.clock, world.timers, apps_, accounts_) {}

void Unlocked::reconfigure(Config config) {
    accounts_.reconfigure(book_options(config.refresh));
    apps_.reconfigure(std::move(config.apps));
}

Result<void> Unlocked::load() {
    std::vector<StoredRow> apps;
    std::vector<StoredRow> accounts;  // they need their apps
    AGENT_CHECK(store_.load(
        [&](StoredRow row) { (row.kind == StoredRow::Kind::kAccount ? accounts : apps).push_back(std::move(row)); }));
    AGENT_TRY(const std::vector<SeenRecord> seen, witness_.seen());
    Rollback rollback(sealer_, seen, store_.revision());
    for (StoredRow& row : apps) load_app(rollback.app(std::move(row)));
    for (StoredRow& row : accounts) {
        accounts_.load(rollback.account(std::move(row),
                                        [this](const std::string& name) { return rotation_of(apps_.find(name)); }));
    }
    AGENT_CHECK(repair(rollback));
    for (const AccountFacts& account : accounts_.list()) {
        if (!is_trouble(account.state)) continue;
        const std::string_view word = word_of(kAccountStates, account.state);
        log(LogLevel::kWarning, find_log_event(word), word, {{"account", account.name}, {"reason", account.reason}});
    }
    accounts_.start();
    if (sealer_.has_previous()) reseal();
    return {};
}

void Unlocked::load_app(const StoredRow& row) {
    if (const auto loaded = apps_.load(row); !loaded)
        log(LogLevel::kError, log_event("app_unreadable"), "a stored app does not open",
            {{"app", row.name}, {"reason", loaded.error().message}});
}

Result<void> Unlocked::repair(Rollback& rollback) {
    const std::vector<std::string> findings = rollback.findings();
    if (findings.empty()) return {};
    for (const std::string& finding : findings)
        log(LogLevel::kError, log_event("store_put_back"), "the store is not as it was left", {{"finding", finding}});
    std::vector<StoreChange>& changes = rollback.changes();
    changes.push_back(store_.change_to(rollback.next_revision()));
    AGENT_CHECK(witness_.repair(changes));
    store_.moved_to(changes.back().row);
    announce(changes);
    return {};
}

/// Not at once, since receivers ask the agent about the account.
void Unlocked::announce(const std::vector<StoreChange>& put_back) {
    std::vector<std::string> names;
    for (const StoreChange& change : put_back) {
        const auto facts = accounts_.facts(change.row.name);
        if (change.row.kind == StoredRow::Kind::kAccount && facts && facts->state == AccountState::kLoginRequired)
            names.push_back(change.row.name);
    }
    announcing_ = timers_.after(Duration::zero(), [this, names = std::move(names)] {
        for (const std::string& name : names) {
            const auto facts = accounts_.facts(name);
            if (facts)
                events_.publish({.at = world_.clock.now(),
                                 .kind = EventKind::kLoginRequired,
                                 .account = name,
                                 .generation = facts->generation,
                                 .detail = facts->reason});
        }
    });
}

void Unlocked::key_slots_changed() {
    store_.advance([](const Result<void>&) {});
}

void Unlocked::rotate(SealingKey next) {
    sealer_.rotate(std::move(next));
    reseal();
}

void Unlocked::reseal() {
    resealing_ = std::make_unique<Resealing>(
        timers_, store_, apps_, accounts_,
        [this](TokenStore::Done done) { return forget_previous_key(std::move(done)); },
        [this] {
            resealing_.reset();
            sealer_.forget_previous();
            log(LogLevel::kNotice, log_event("key_rotated"), "the data key was rotated");
        });
}

std::unique_ptr<StoreCommit> Unlocked::forget_previous_key(TokenStore::Done done) {
    auto current = sealer_.key().clone();
    if (!current) return nullptr;
    return key_store_.forget_previous(std::make_shared<const SealingKey>(*std::move(current)), [done = std::move(done)](
                                                                                                   Result<std::vector<
                                                                                                       std::string>>
                                                                                                       unreadable) {
        if (!unreadable) {
            log(LogLevel::kError, log_event("key_kept"), "the previous data key could not be removed",
                {{"reason", unreadable.error().message}});
            return done(tl::unexpected(std::move(unreadable).error()));
        }
        for (const std::string& record : *unreadable)
            log(LogLevel::kError, log_event("record_unreadable"), "no key opens a stored record", {{"record", record}});
        done({});
    });
}

void Unlocked::wind_down(std::function<void()> wound_down) {
    resealing_.reset();
    accounts_.stop_refreshes();
    logins_.wind_down(
        [this, wound_down = std::move(wound_down)]() mutable { accounts_.wind_down(std::move(wound_down)); });
}

void Unlocked::resume() {
    logins_.resume();
    accounts_.resume();
    if (sealer_.has_previous()) reseal();
}

}  // namespace agent
