// SPDX-License-Identifier: Apache-2.0
#include "io/store/key_slot_table.h"

#include <utility>

#include "core/keys/reseal_row.h"
#include "io/store/stored_row.h"

namespace agent {

namespace {

Error refusal(const StoreFile& store) {
    return {.code = Error::Code::kTemporarilyUnavailable,
            .message = "store: " + store.path() + ": " + sqlite_reason(store.db())};
}

Error altered(const std::string& store, const std::string& what) {
    return {.code = Error::Code::kConflict,
            .message = "store: " + store + ": " + what + " was altered or is damaged; nothing was changed"};
}

Result<void> taken(const StoreFile& store, bool is_taken) {
    if (!is_taken) return tl::unexpected(refusal(store));
    return {};
}

Result<void> run(const StoreFile& store, SqliteStatement& statement) {
    return taken(store, statement.step() == SQLITE_DONE);
}

Result<void> write_slot(const StoreFile& store, const KeySlot& slot) {
    const KdfParameters kdf = slot.kdf();
    SqliteStatement put(
        store.db(),
        "INSERT OR REPLACE INTO key_slot"
        " (id, kind, source, made_at, kdf_operations, kdf_memory, kdf_salt, public_half, wrapped, proof)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
    put.bind(1, slot.facts.id)
        .bind(2, word_of(kSlotKinds, slot.facts.kind))
        .bind(3, std::string_view(slot.facts.source));
    put.bind(4, unix_seconds(slot.facts.made_at));
    put.bind(5, static_cast<std::int64_t>(kdf.operations)).bind(6, static_cast<std::int64_t>(kdf.memory));
    put.bind(7, std::span<const std::byte>(slot.salt)).bind(8, std::span<const std::byte>(slot.public_half));
    put.bind(9, std::span<const std::byte>(slot.wrapped)).bind(10, std::span<const std::byte>(slot.proof));
    return run(store, put);
}

Result<std::int64_t> integer(const StoreFile& store, const char* sql) {
    SqliteStatement query(store.db(), sql);
    if (query.step() != SQLITE_ROW) return tl::unexpected(refusal(store));
    return query.integer(0);
}

/// The rows after `last`, in order; some at a time, since they are changed between.
Result<std::vector<StoredRow>> rows_after(const StoreFile& store, const StoredRow& last) {
    std::vector<StoredRow> rows;
    SqliteStatement query(store.db(), std::string("SELECT ") + kRowColumns +
                                          " FROM record WHERE (kind, name) > (?1, ?2) ORDER BY kind, name LIMIT 256");
    query.bind(1, last.name.empty() ? 0 : stored_kind(last.kind)).bind(2, std::string_view(last.name));
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        auto row = row_in(query);
        if (!row) return tl::unexpected(altered(store.path(), "a record"));
        rows.push_back(*std::move(row));
    }
    if (code != SQLITE_DONE) return tl::unexpected(refusal(store));
    return rows;
}

std::string description(const StoredRow& row) {
    switch (row.kind) {
        case StoredRow::Kind::kAccount:
            return "account " + row.name;
        case StoredRow::Kind::kApp:
            return "app " + row.name;
        case StoredRow::Kind::kRevision:
            return "the revision";
    }
    return row.name;
}

/// Seals every row with the sealer's present key. A row keeps its generation and its version: its contents are the
/// same, and a writer that has read it need not read it again.
Result<void> reseal_records(const StoreFile& store, const Sealer& sealer, std::vector<std::string>& unreadable) {
    SqliteStatement update(store.db(), "UPDATE record SET sealed = ?3 WHERE kind = ?1 AND name = ?2");
    StoredRow last;
    for (;;) {
        AGENT_TRY(const std::vector<StoredRow> rows, rows_after(store, last));
        if (rows.empty()) return {};
        for (const StoredRow& row : rows) {
            const auto resealed = reseal_row(sealer, row);
            if (!resealed) {
                unreadable.push_back(description(row));
            } else if (resealed->sealed != row.sealed) {
                update.bind(1, stored_kind(row.kind)).bind(2, std::string_view(row.name));
                update.bind(3, std::span<const std::byte>(resealed->sealed));
                AGENT_CHECK(run(store, update));
                update.reset();
            }
        }
        last = {.kind = rows.back().kind, .name = rows.back().name, .generation = 0, .sealed = {}};
    }
}

/// 1970 for a time that no clock shows, and that could not be reckoned with: no proof holds for such a slot, and the
/// others open as ever.
WallTime time_from(std::int64_t seconds) {
    constexpr std::int64_t kYear10000 = 253'402'300'800;
    return WallTime(std::chrono::seconds(seconds >= 0 && seconds < kYear10000 ? seconds : 0));
}

Result<KeySlot> slot_in(const StoreFile& store, const SqliteStatement& row) {
    const auto kind = meaning_of(kSlotKinds, row.text(1));
    if (!kind) return tl::unexpected(altered(store.path(), "key slot " + std::to_string(row.integer(0))));
    KeySlot slot{.facts = {.id = row.integer(0),
                           .kind = *kind,
                           .source = row.text(2),
                           .made_at = time_from(row.integer(3)),
                           .kdf = {}},
                 .salt = row.bytes(6),
                 .public_half = row.bytes(7),
                 .wrapped = row.bytes(8),
                 .proof = row.bytes(9)};
    if (*kind == SlotKind::kPassphrase)
        slot.facts.kdf = {.operations = static_cast<std::uint64_t>(row.integer(4)),
                          .memory = static_cast<std::uint64_t>(row.integer(5))};
    return slot;
}

}  // namespace

Result<KeySlots> read_key_slots(const StoreFile& store) {
    KeySlots all{.store = store.path(), .store_id = store.id(), .slots = {}, .sealed_previous = {}};
    SqliteStatement query(
        store.db(),
        "SELECT id, kind, source, made_at, kdf_operations, kdf_memory, kdf_salt, public_half, wrapped,"
        " proof FROM key_slot ORDER BY id");
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        AGENT_TRY(KeySlot slot, slot_in(store, query));
        all.slots.push_back(std::move(slot));
    }
    if (code != SQLITE_DONE) return tl::unexpected(refusal(store));

    SqliteStatement previous(store.db(), "SELECT sealed FROM previous_data_key");
    code = previous.step();
    if (code == SQLITE_ROW) all.sealed_previous = previous.bytes(0);
    if (code != SQLITE_ROW && code != SQLITE_DONE) return tl::unexpected(refusal(store));
    return all;
}

Result<std::int64_t> add_key_slot(StoreFile& store, const SealingKey& data_key, KeySlotFacts facts, Bytes salt,
                                  const SealingKey& slot_key) {
    SqliteTransaction transaction(store.db());
    AGENT_CHECK(taken(store, transaction.has_begun()));
    AGENT_TRY(const KeySlots present, read_key_slots(store));
    AGENT_TRY(const auto orphans, integer(store,
                                          "SELECT EXISTS (SELECT 1 FROM record) AND NOT EXISTS"
                                          " (SELECT 1 FROM key_slot)"));
    if (orphans != 0)
        return fail(Error::Code::kInternal, "store: " + store.path() + ": is damaged: it has records and no key slot");
    // Ids are not used again: a proof would hold for another slot.
    AGENT_TRY(facts.id, integer(store, "UPDATE counter SET value = value + 1 WHERE name = 'key_slot' RETURNING value"));
    AGENT_TRY(const KeySlot slot, present.make(data_key, std::move(facts), std::move(salt), slot_key));
    AGENT_CHECK(write_slot(store, slot));
    AGENT_CHECK(taken(store, transaction.commit()));
    return slot.facts.id;
}

Result<void> remove_key_slot(StoreFile& store, std::int64_t id) {
    SqliteTransaction transaction(store.db());
    AGENT_CHECK(taken(store, transaction.has_begun()));
    SqliteStatement remove(store.db(), "DELETE FROM key_slot WHERE id = ?1");
    AGENT_CHECK(run(store, remove.bind(1, id)));
    if (::sqlite3_changes(store.db()) == 0)
        return fail(Error::Code::kNotFound,
                    "key slot " + std::to_string(id) + ": no such key slot; see clioctl key list");
    AGENT_TRY(const auto left, integer(store, "SELECT count(*) FROM key_slot"));
    if (left == 0)
        return fail(Error::Code::kConflict, "key slot " + std::to_string(id) +
                                                ": is the last one, and nothing would open the store without it; add "
                                                "another first: clioctl key add");
    AGENT_CHECK(taken(store, transaction.commit()));
    if (const auto overwritten = store.overwrite_removed(); !overwritten)
        return fail(Error::Code::kTemporarilyUnavailable,
                    "key slot " + std::to_string(id) +
                        ": is removed, but can still be found in the file: " + overwritten.error().message);
    return {};
}

Result<void> rotate_data_key(StoreFile& store, const SealingKey& current, const SealingKey& next) {
    SqliteTransaction transaction(store.db());
    AGENT_CHECK(taken(store, transaction.has_begun()));
    AGENT_TRY(KeySlots all, read_key_slots(store));
    AGENT_CHECK(all.rotate(current, next));
    for (const KeySlot& slot : all.slots) AGENT_CHECK(write_slot(store, slot));
    SqliteStatement put(store.db(), "INSERT INTO previous_data_key (sealed) VALUES (?1)");
    AGENT_CHECK(run(store, put.bind(1, std::span<const std::byte>(all.sealed_previous))));
    return taken(store, transaction.commit());
}

Result<std::vector<std::string>> forget_previous_data_key(StoreFile& store, const SealingKey& current) {
    std::vector<std::string> unreadable;
    SqliteTransaction transaction(store.db());
    AGENT_CHECK(taken(store, transaction.has_begun()));
    AGENT_TRY(const KeySlots slots, read_key_slots(store));
    AGENT_TRY(SealingKey key, current.clone());
    AGENT_TRY(DataKeys keys, slots.open_with(std::move(key)));
    AGENT_CHECK(reseal_records(store, Sealer(std::move(keys.current), std::move(keys.previous)), unreadable));
    if (sqlite_execute(store.db(), "DELETE FROM previous_data_key") != SQLITE_OK) return tl::unexpected(refusal(store));
    AGENT_CHECK(taken(store, transaction.commit()));
    AGENT_CHECK(store.overwrite_removed());
    return unreadable;
}

}  // namespace agent
