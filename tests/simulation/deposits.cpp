// SPDX-License-Identifier: Apache-2.0
#include "simulation/deposits.h"

#include <array>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "core/refresh/token_set.h"

namespace agent::sim {

using namespace std::chrono_literals;

namespace {

constexpr Duration kBetweenChanges = 24h;         // on average
constexpr Duration kSlowestDiskForDeposits = 6h;  // hundreds of commits, each of which may take two minutes
constexpr std::size_t kMost = 2;                  // of each kind: each costs time in every step

SealingKey backup_key() {
    std::array<std::byte, SealingKey::kSize> raw{};
    raw.fill(std::byte{'b'});
    return *SealingKey::from_raw(raw);
}

StoredRow account_of_backup(const std::string& name, const Sealer& backup, WallTime now) {
    AccountRecord record;
    record.name = name;
    record.app = "elsewhere";
    record.life.obtained_at = now;
    record.life.expires_at = now + 1h;
    record.life.refresh_at = now + 48min;
    record.life.generation = 1;
    set_tokens(record,
               {.access_token = SecretString("access-of-" + name), .refresh_token = SecretString("refresh-of-" + name)},
               1, backup);
    return seal_account_record(backup, record);
}

std::string any_of(const std::set<std::string>& all, Random& random) {
    return *std::next(all.begin(), static_cast<long>(random.below(all.size())));
}

}  // namespace

Deposits::Deposits(const Surroundings& around, Findings& findings, Random random)
    : around_(around), findings_(findings), random_(random), backup_(backup_key()) {}

void Deposits::start() {
    repeat(around_.events, random_, kBetweenChanges, [this] { change(); });
}

void Deposits::change_soon() {
    around_.events.add(random_.magnitude(1ms, 1s), EventQueue::Place::kMachine, [this] { change(); });
}

void Deposits::change() {
    if (around_.daemon() == nullptr) return;
    if (random_.chance(0.5))
        accounts_.size() < kMost ? restore() : remove_account();
    else
        apps_.size() < kMost ? put_app() : remove_app();
}

void Deposits::restore() {
    const std::string name = "restored-" + std::to_string(made_++);
    around_.trace.say("operator: restores ", name);
    using Answer = std::vector<RestoredRecord>;
    around_.waits.ask<Answer>(
        "a restore of " + name, kSlowestDiskForDeposits,
        [&](Backups::RestoreDone done) {
            std::vector<StoredRow> records{account_of_backup(name, backup_, around_.clock.now())};
            return around_.daemon()->backups().restore(std::make_shared<const Sealer>(backup_key()), std::move(records),
                                                       std::move(done));
        },
        [this, name](const Answer& restored) {
            using enum RestoredRecord::Result;
            if (restored.front().result != kRestored && restored.front().result != kSetAside) return;
            ++around_.statistics[Count::kRestores];
            accounts_.insert(name);
        });
}

void Deposits::remove_account() {
    const std::string name = any_of(accounts_, random_);
    accounts_.erase(name);  // whatever the answer, nobody may rely on it
    using Answer = Result<void>;
    around_.waits.ask<Answer>(
        "a removal of " + name, kSlowestDiskForDeposits,
        [&](Accounts::Done done) {
            return around_.daemon()->accounts().remove(name, /*revoke=*/false, kSlowestDiskForDeposits,
                                                       std::move(done));
        },
        [](const Answer&) {});
}

void Deposits::put_app() {
    const std::string name = "spare-" + std::to_string(made_++);
    around_.trace.say("operator: registers ", name);
    using Answer = Result<void>;
    around_.waits.ask<Answer>(
        "registering " + name, kSlowestDiskForDeposits,
        [&](Apps::Done done) {
            App app = around_.scenario.apps.front().app();
            app.name = name;
            return around_.daemon()->apps().put(std::move(app), /*replace_grants=*/false, std::move(done));
        },
        [this, name](const Answer& registered) {
            if (!registered) return;
            ++around_.statistics[Count::kAppChanges];
            apps_.insert(name);
        });
}

void Deposits::remove_app() {
    const std::string name = any_of(apps_, random_);
    apps_.erase(name);
    using Answer = Result<void>;
    around_.waits.ask<Answer>(
        "a removal of " + name, kSlowestDiskForDeposits,
        [&](Apps::Done done) { return around_.daemon()->apps().remove(name, std::move(done)); }, [](const Answer&) {});
}

void Deposits::check(Daemon& daemon) const {
    for (const std::string& name : accounts_)
        if (const auto copied = daemon.accounts().copy(name, backup_); !copied)
            findings_.violated("account " + name + " was restored, and is lost: " + copied.error().message);
    for (const std::string& name : apps_)
        if (const auto copied = daemon.apps().copy(name, backup_); !copied)
            findings_.violated("app " + name + " was registered, and is lost: " + copied.error().message);
}

}  // namespace agent::sim
