// SPDX-License-Identifier: Apache-2.0
// A key slot that was altered by somebody who can write to the store: it opens nothing.
//
// Input: a letter for the field; then what is added to its bytes, one by one, and put behind its end.
#include "io/store/key_slot_table.h"

#include <algorithm>
#include <string>

#include "base/bytes.h"
#include "fakes/temporary_directory.h"
#include "target.h"

namespace {

agent::SealingKey key_of(char fill) {
    return *agent::SealingKey::from_raw(agent::as_bytes(std::string(agent::SealingKey::kSize, fill)));
}

/// A real store with one slot.
agent::KeySlots make_slots() {
    FUZZ_ASSERT(agent::init_sealing());
    const fakes::TemporaryDirectory directory;
    auto store = agent::StoreFile::open(directory / "store.db");
    const agent::KeySlotFacts facts{.id = 0,
                                    .kind = agent::SlotKind::kPassphrase,
                                    .source = "a name",
                                    .made_at = {},
                                    .kdf = agent::KeySlotFacts::Kdf{.operations = 3, .memory = 1U << 28}};
    FUZZ_ASSERT(store && agent::add_key_slot(*store, key_of('d'), facts, agent::Bytes(16), key_of('s')));
    return *agent::read_key_slots(*store);
}

template <class Bytes>
void alter(Bytes& field, std::string_view change) {
    using Byte = typename Bytes::value_type;
    for (std::size_t i = 0; i < change.size(); ++i) {
        const auto more = static_cast<unsigned char>(change[i]);
        if (i == field.size()) field.push_back(Byte{});
        field[i] = static_cast<Byte>(static_cast<unsigned char>(field[i]) + more);
    }
}

bool is_change(std::string_view change, std::size_t field_size) {
    return change.size() > field_size || std::any_of(change.begin(), change.end(), [](char c) { return c != 0; });
}

/// Alters a field of `slot`; whether it is another one then.
bool alter_field(agent::KeySlot& slot, std::size_t field, std::string_view change) {
    agent::Bytes* const fields[] = {&slot.salt, &slot.public_half, &slot.wrapped, &slot.proof};
    if (field < std::size(fields)) {
        const bool changes = is_change(change, fields[field]->size());
        alter(*fields[field], change);
        return changes;
    }
    if (field == std::size(fields)) {
        const bool changes = is_change(change, slot.facts.source.size());
        alter(slot.facts.source, change);
        return changes;
    }
    const std::uint64_t by = std::hash<std::string_view>()(change);
    slot.facts.id += static_cast<std::int64_t>(by % 3);
    slot.facts.kdf->operations ^= by % 5;
    slot.facts.kdf->memory ^= by % 7;
    return by % 3 != 0 || by % 5 != 0 || by % 7 != 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const agent::KeySlots good = make_slots();
    FuzzInput input(data, size);
    const std::size_t field = input.pick(6);
    agent::KeySlots slots = good;
    const bool is_altered = alter_field(slots.slots.front(), field, input.rest());
    const auto opened = slots.open(slots.slots.front(), key_of('s'));
    FUZZ_ASSERT(opened.has_value() == !is_altered);
    if (opened) {
        FUZZ_ASSERT(std::ranges::equal(opened->current.raw(), key_of('d').raw()) && !opened->previous);
    } else {
        using enum agent::Error::Code;
        FUZZ_ASSERT(opened.error().code == kForbidden || opened.error().code == kConflict);
    }
    FUZZ_ASSERT(slots.open_with(key_of('d')).has_value() == !is_altered || field == 2);
    FUZZ_ASSERT(!slots.open_with(key_of('x')));
    return 0;
}
