// SPDX-License-Identifier: Apache-2.0
#include "io/key_slots.h"

#include <string>
#include <utility>
#include <vector>

#include "base/bytes.h"

namespace agent {

namespace {

struct KeySlot {
    std::int64_t id = 0;
    std::string kind;
    Bytes wrapped;
};

Error store_error(const StoreFile& store, const std::string& reason) {
    return {.code = Error::Code::kInternal, .message = "store: " + store.path() + ": " + reason};
}

/// Ties a wrapped key to its store and slot, so that it opens nowhere else.
std::string slot_context(const StoreFile& store, std::int64_t id, std::string_view kind) {
    return "clio-agent/1 key-slot " + store.id() + " " + std::to_string(id) + " " + std::string(kind);
}

Result<std::vector<KeySlot>> read_slots(const StoreFile& store) {
    std::vector<KeySlot> slots;
    SqliteStatement query(store.db(), "SELECT id, kind, wrapped FROM key_slot ORDER BY id");
    int code = query.step();
    for (; code == SQLITE_ROW; code = query.step()) {
        slots.push_back({.id = query.integer(0), .kind = query.text(1), .wrapped = query.bytes(2)});
    }
    if (code != SQLITE_DONE) return tl::unexpected(store_error(store, sqlite_reason(store.db())));
    return slots;
}

/// A new data key in the first slot of a store without records.
Result<SealingKey> make_data_key(const StoreFile& store, std::string_view kind, const Sealer& wrapper) {
    constexpr std::int64_t kFirstSlot = 1;
    AGENT_TRY(SealingKey data_key, SealingKey::generate());
    const Bytes wrapped = wrapper.seal(as_text(data_key.raw()), slot_context(store, kFirstSlot, kind));
    SqliteStatement insert(store.db(),
                           "INSERT INTO key_slot (id, kind, wrapped) SELECT ?1, ?2, ?3"
                           " WHERE NOT EXISTS (SELECT 1 FROM record)");
    insert.bind(1, kFirstSlot).bind(2, kind).bind(3, std::span<const std::byte>(wrapped));
    if (insert.step() != SQLITE_DONE) return tl::unexpected(store_error(store, sqlite_reason(store.db())));
    if (::sqlite3_changes(store.db()) != 1) {
        return tl::unexpected(store_error(store, "is damaged: it has records and no key slot"));
    }
    return data_key;
}

Error wrong_key(const StoreFile& store, std::string_view kind, const std::vector<KeySlot>& slots) {
    std::string kinds;
    for (const KeySlot& slot : slots) kinds.append(kinds.empty() ? "" : ", ").append(slot.kind);
    return {.code = Error::Code::kConflict,
            .message = "key: " + store.path() + ": the key of the " + std::string(kind) +
                       " is not the one it was sealed with (the store has these key slots: " + kinds + ")"};
}

}  // namespace

Result<SealingKey> open_data_key(StoreFile& store, std::string_view kind, const SealingKey& slot_key) {
    AGENT_TRY(SealingKey own_copy, SealingKey::from_raw(slot_key.raw()));
    const Sealer wrapper(std::move(own_copy));
    AGENT_TRY(const std::vector<KeySlot> slots, read_slots(store));
    if (slots.empty()) return make_data_key(store, kind, wrapper);

    for (const KeySlot& slot : slots) {
        const auto data_key = wrapper.open(slot.wrapped, slot_context(store, slot.id, slot.kind));
        if (data_key) return SealingKey::from_raw(as_bytes(data_key->reveal()));
    }
    return tl::unexpected(wrong_key(store, kind, slots));
}

}  // namespace agent
