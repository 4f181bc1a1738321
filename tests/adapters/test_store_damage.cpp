// SPDX-License-Identifier: Apache-2.0
// A store in which something was altered: each time a clear error or correct service, never a wrong token, and no
// record that disappears silently.
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "app/lock/unlocked.h"
#include "core/accounts/account_record.h"
#include "core/oauth/app_presets.h"
#include "core/refresh/token_set.h"
#include "core/store/seal_context.h"
#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_entropy.h"
#include "fakes/fake_http_client.h"
#include "fakes/fake_redirect_listener.h"
#include "fakes/files.h"
#include "fakes/sealing.h"
#include "fakes/temporary_directory.h"
#include "io/store/key_slot_table.h"
#include "io/store/record_table.h"
#include "io/store/sqlite_key_store.h"

using agent::Result;
using agent::SealingKey;
using agent::StoredRow;
using agent::StoreFile;
namespace fs = std::filesystem;
using fakes::key_of;
using fakes::read_file;
using fakes::write_file;

namespace {

#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t kStep = 23;  // every byte takes minutes then
#else
constexpr std::size_t kStep = 1;
#endif

const std::map<std::string, std::string> kTokens{{"smith", "A-smith"}, {"jones", "A-jones"}, {"young", "A-young"}};
const std::set<std::string> kApps{"clerk", "vault"};
const std::size_t kStoreDamageRecords = kTokens.size() + kApps.size();

/// The data key, opened with the key of the first slot.
Result<agent::DataKeys> open_keys(StoreFile& store) {
    AGENT_TRY(const agent::KeySlots slots, agent::read_key_slots(store));
    if (slots.slots.empty()) {
        // As at the first start, which must not take a store for new that has records.
        AGENT_CHECK(agent::add_key_slot(store, key_of('n'), {}, {}, key_of('f')));
        cr_assert_fail("a new data key for records that exist");
    }
    agent::Error why_not{};
    for (const agent::KeySlot& slot : slots.slots) {
        auto keys = slots.open(slot, key_of('f'));
        if (keys) return keys;
        why_not = std::move(keys).error();
    }
    return tl::unexpected(why_not);
}

agent::App app_named(const std::string& name) {
    agent::App app;
    app.name = name;
    app.client_id = "id";
    app.client_secret = agent::SecretString("secret of " + name);
    app.redirect_uris = {"http://127.0.0.1:5678/callback"};
    app.endpoints = agent::clio_endpoints(app.product, app.region);
    return app;
}

StoredRow account_row(const agent::Sealer& sealer, const std::string& name, const std::string& token) {
    agent::AccountRecord record;
    record.name = name;
    record.app = "clerk";
    record.life.generation = 1;
    record.life.obtained_at = record.life.refresh_at = fakes::FakeClock::kStart;
    record.life.expires_at = fakes::FakeClock::kStart + std::chrono::hours(1);
    record.tokens = seal_token_set(
        sealer, {.access_token = agent::SecretString(token), .refresh_token = agent::SecretString("R-" + name)}, name,
        1);
    return seal_account_record(sealer, record);
}

StoredRow app_row(const agent::Sealer& sealer, const std::string& name) {
    agent::JsonWriter out;
    agent::write_app(out, app_named(name), /*with_secret=*/true);
    return {.kind = StoredRow::Kind::kApp,
            .name = name,
            .generation = 1,
            .sealed = sealer.seal(out.view(), agent::seal_context("app-record", name, 1))};
}

/// Two slots, three accounts and two apps.
void make_store(const fs::path& path) {
    StoreFile file = StoreFile::open(path).value();
    SealingKey data_key = SealingKey::generate().value();
    for (const char slot : {'f', 'g'}) {
        const agent::KeySlotFacts facts{.id = 0,
                                        .kind = agent::SlotKind::kFile,
                                        .source = std::string("/key-") + slot,
                                        .made_at = fakes::FakeClock::kStart,
                                        .kdf = {}};
        cr_assert(agent::add_key_slot(file, data_key, facts, {}, key_of(slot)));
    }
    const agent::Sealer sealer(std::move(data_key));
    std::vector<agent::StoreChange> changes;
    for (const auto& [name, token] : kTokens) changes.push_back({.row = account_row(sealer, name, token)});
    for (const std::string& name : kApps) changes.push_back({.row = app_row(sealer, name)});
    agent::RecordTable table(std::move(file));
    for (const auto& result : table.commit(changes)) cr_assert(result);
}

/// An agent without a network, on a store.
class Agent {
  public:
    /// Starts with a copy of the store in `file`, as the daemon does; or says why it does not.
    Result<void> start(std::string_view file) {
        unlocked_.reset();
        store_.reset();
        const fs::path path = directory_ / "store.db";
        for (const char* journal : {"store.db-wal", "store.db-shm", "store.db-journal"})
            fs::remove(directory_ / journal);
        write_file(path, file);
        AGENT_TRY(StoreFile opened, StoreFile::open(path));
        AGENT_TRY(agent::DataKeys keys, open_keys(opened));
        store_.emplace(loop_, std::move(opened));
        loaded_ = 0;
        AGENT_CHECK(store_->load([this](const StoredRow&) { ++loaded_; }));
        key_store_.emplace(*store_);
        unlocked_.emplace(agent::World{clock_, timers_, entropy_, http_, *store_}, *store_, *key_store_, events_,
                          redirects_, std::move(keys), agent::Config());
        return unlocked_->load();
    }

    [[nodiscard]] std::size_t loaded() const { return loaded_; }  // records
    [[nodiscard]] agent::ApiParts parts() { return unlocked_->parts(); }

  private:
    fakes::TemporaryDirectory directory_;
    agent::EventLoop loop_;
    fakes::FakeClock clock_;
    fakes::FakeTimers timers_{clock_};
    fakes::FakeEntropy entropy_;
    fakes::FakeHttpClient http_;
    fakes::FakeRedirectListener redirects_;
    agent::Events events_;
    std::size_t loaded_ = 0;
    std::optional<agent::SqliteTokenStore> store_;
    std::optional<agent::SqliteKeyStore> key_store_;
    std::optional<agent::Unlocked> unlocked_;
};

/// What an agent made of a store.
struct ReadOutcome {
    std::size_t served = 0;   // tokens, each the right one
    std::size_t damaged = 0;  // accounts that say so
    std::size_t apps = 0;
    std::string error;  // instead of all that
};

ReadOutcome outcome_of(Agent& agent, std::string_view file, const char* what) {
    ReadOutcome outcome;
    if (const auto started = agent.start(file); !started) {
        outcome.error = started.error().message;
        cr_expect(!outcome.error.empty(), "%s", what);
        return outcome;
    }
    agent::Accounts& accounts = agent.parts().accounts;
    for (const agent::AccountFacts& facts : accounts.list()) {
        const auto token = accounts.token_now(facts.name, std::chrono::seconds(0));
        if (token && *token) {
            const auto known = kTokens.find(facts.name);
            cr_assert(known != kTokens.end(), "%s: a token for %s", what, facts.name.c_str());
            cr_assert((*token)->access_token.equals(known->second), "%s: a wrong token for %s", what,
                      facts.name.c_str());
            ++outcome.served;
        } else if (facts.reason.find("its stored record is damaged") != std::string::npos) {
            ++outcome.damaged;
        } else {
            cr_expect(token && token->error().message.find("is not registered") != std::string::npos, "%s: %s", what,
                      facts.name.c_str());
            ++outcome.damaged;  // by the loss of its app, which it names
        }
    }
    outcome.apps = agent.parts().apps.list().size();
    cr_expect(agent.loaded() == kStoreDamageRecords, "%s: %zu records", what, agent.loaded());
    return outcome;
}

std::string good_store() {
    const fakes::TemporaryDirectory directory;
    make_store(directory / "store.db");
    return read_file(directory / "store.db");
}

/// The same on small pages, so that less of it is empty.
std::string dense_store() {
    const fakes::TemporaryDirectory directory;
    const fs::path path = directory / "store.db";
    make_store(path);
    {
        sqlite3* raw = nullptr;
        cr_assert(sqlite3_open(path.c_str(), &raw) == SQLITE_OK);
        const agent::SqlitePtr db(raw);
        constexpr const char* kShrink = "PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM";
        cr_assert(agent::sqlite_execute(raw, kShrink) == SQLITE_OK);
    }
    cr_assert(StoreFile::open(path));  // goes back to a write-ahead log
    return read_file(path);
}

void seal_in_silence() {
    cr_assert(agent::init_sealing());
    cr_assert(std::freopen("/dev/null", "w", stderr) != nullptr);  // the log reports each damage
}

}  // namespace

TestSuite(store_damage, .init = seal_in_silence, .timeout = 300);

Test(store_damage, a_whole_store_is_served_whole) {
    Agent agent;
    const ReadOutcome outcome = outcome_of(agent, good_store(), "whole");
    EXPECT_TEXT(outcome.error, "");
    cr_expect(outcome.served == kTokens.size() && outcome.damaged == 0 && outcome.apps == kApps.size());
}

Test(store_damage, every_byte_flipped) {
    Agent agent;
    const std::string good = dense_store();
    std::size_t refused = 0;
    std::size_t damaged = 0;
    std::size_t untouched = 0;
    for (std::size_t at = 0; at < good.size(); at += kStep) {
        std::string flipped = good;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
        const std::string what = "byte " + std::to_string(at);
        const ReadOutcome outcome = outcome_of(agent, flipped, what.c_str());
        refused += outcome.error.empty() ? 0 : 1;
        const bool is_whole = outcome.served == kTokens.size() && outcome.apps == kApps.size();
        damaged += outcome.error.empty() && !is_whole ? 1 : 0;
        untouched += is_whole ? 1 : 0;
    }
    cr_log_info("%zu bytes: %zu refused, %zu partly damaged, %zu as if nothing were", good.size(), refused, damaged,
                untouched);
    cr_expect(refused > 0 && damaged > 0 && untouched > 0);
}

namespace {

/// One sealed value of the store.
struct Place {
    std::string what;
    std::string select;
    std::string update;
};

std::vector<Place> all_places() {
    std::vector<Place> places;
    const auto add = [&](const std::string& table, const std::string& column, const std::string& where) {
        places.push_back({.what = table + " " + where + " " + column,
                          .select = "SELECT " + column + " FROM " + table + " WHERE " + where,
                          .update = "UPDATE " + table + " SET " + column + " = ?1 WHERE " + where});
    };
    for (const auto& [name, token] : kTokens) add("record", "sealed", "name = '" + name + "'");
    for (const std::string& name : kApps) add("record", "sealed", "name = '" + name + "'");
    for (const char* slot : {"id = 1", "id = 2"}) {
        for (const char* column : {"wrapped", "public_half", "proof"}) add("key_slot", column, slot);
    }
    return places;
}

agent::Bytes read_value(sqlite3* db, const Place& place) {
    agent::SqliteStatement select(db, place.select);
    cr_assert(select.step() == SQLITE_ROW, "%s", place.what.c_str());
    return select.bytes(0);
}

void write_value(sqlite3* db, const Place& place, const agent::Bytes& value) {
    agent::SqliteStatement update(db, place.update);
    update.bind(1, std::span<const std::byte>(value));
    cr_assert(update.step() == SQLITE_DONE && sqlite3_changes(db) == 1, "%s", place.what.c_str());
}

/// The store after something was done to it by somebody without a key.
template <class Change>
std::string changed(const std::string& store, Change change) {
    const fakes::TemporaryDirectory directory;
    const fs::path path = directory / "store.db";
    write_file(path, store);
    change(StoreFile::open(path).value().db());
    return read_file(path);
}

}  // namespace

Test(store_damage, every_sealed_value_swapped_with_every_other) {
    Agent agent;
    const std::string good = good_store();
    const std::vector<Place> places = all_places();
    for (std::size_t i = 0; i < places.size(); ++i) {
        for (std::size_t j = i + 1; j < places.size(); ++j) {
            const std::string swapped = changed(good, [&](sqlite3* db) {
                const agent::Bytes first = read_value(db, places[i]);
                write_value(db, places[i], read_value(db, places[j]));
                write_value(db, places[j], first);
            });
            const std::string what = places[i].what + " and " + places[j].what;
            const ReadOutcome outcome = outcome_of(agent, swapped, what.c_str());
            // A slot that does not open may leave another that does, to the right data key.
            const bool is_noticed =
                !outcome.error.empty() || outcome.served < kTokens.size() || outcome.apps < kApps.size();
            cr_expect(is_noticed || i >= kStoreDamageRecords, "%s", what.c_str());
        }
    }
}

Test(store_damage, rows_that_take_the_place_of_others) {
    Agent agent;
    const std::string good = good_store();
    for (const char* sql : {
             "UPDATE record SET name = name || 'x'",
             "UPDATE record SET generation = generation + 1",
             "UPDATE record SET kind = 3 - kind",
             "UPDATE record SET name = 'x' WHERE name = 'smith'; UPDATE record SET name = 'smith' WHERE name = 'jones';"
             "UPDATE record SET name = 'jones' WHERE name = 'x'",
             "DELETE FROM key_slot",
             "UPDATE key_slot SET id = id + 1000",
             "UPDATE meta SET value = 'another'",
         }) {
        const std::string store =
            changed(good, [&](sqlite3* db) { cr_assert(agent::sqlite_execute(db, sql) == SQLITE_OK, "%s", sql); });
        const ReadOutcome outcome = outcome_of(agent, store, sql);
        cr_expect(!outcome.error.empty() || outcome.damaged + (kApps.size() - outcome.apps) > 0, "%s", sql);
        cr_expect(outcome.served <= 1, "%s: serves %zu", sql, outcome.served);
    }
}
