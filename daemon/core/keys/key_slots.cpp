// SPDX-License-Identifier: Apache-2.0
#include "core/keys/key_slots.h"

#include <sodium.h>

#include <algorithm>
#include <utility>

#include "base/bytes.h"
#include "base/crypto/key_wrapping.h"
#include "base/text/encoding.h"

namespace agent {

namespace {

Error altered(const KeySlots& slots, const std::string& what) {
    return {.code = Error::Code::kConflict,
            .message = "store: " + slots.store + ": " + what + " was altered or is damaged; nothing was changed"};
}

/// What a proof vouches for. A slot is bound to its store and to all that is said of it.
std::string proven(const std::string& store_id, const KeySlot& slot) {
    const KdfParameters kdf = slot.kdf();
    return "clio-agent/1 key-slot " + store_id + " " + std::to_string(slot.facts.id) + " " +
           std::string(word_of(kSlotKinds, slot.facts.kind)) + " " + std::to_string(unix_seconds(slot.facts.made_at)) +
           " " + std::to_string(kdf.operations) + " " + std::to_string(kdf.memory) + " " + hex(kdf.salt) + " " +
           hex(slot.public_half) + " " + slot.facts.source;
}

std::string previous_context(const std::string& store_id) {
    return "clio-agent/1 previous-data-key " + store_id;
}

Result<Sealer> sealer_of(const SealingKey& key) {
    AGENT_TRY(SealingKey copy, key.clone());
    return Sealer(std::move(copy));
}

Result<void> check_proof(const KeySlots& slots, const KeySlot& slot, const Sealer& sealer) {
    if (slot.public_half.size() == crypto_box_PUBLICKEYBYTES && sealer.open(slot.proof, proven(slots.store_id, slot)))
        return {};
    return tl::unexpected(altered(slots, "key slot " + std::to_string(slot.facts.id)));
}

/// Wraps `data_key` for the slot and vouches for it.
void complete(KeySlot& slot, const std::string& store_id, const SealingKey& data_key, const Sealer& sealer) {
    slot.wrapped = wrap_key(data_key, slot.public_half);
    slot.proof = sealer.seal("", proven(store_id, slot));
}

}  // namespace

KdfParameters KeySlot::kdf() const {
    const KeySlotFacts::Kdf known = facts.kdf.value_or(KeySlotFacts::Kdf());
    return {.operations = known.operations, .memory = known.memory, .salt = salt};
}

Result<DataKeys> KeySlots::open(const KeySlot& slot, const SealingKey& slot_key) const {
    AGENT_TRY(SealingKey current, unwrap_key(slot.wrapped, slot_key));
    AGENT_TRY(const Sealer sealer, sealer_of(current));
    AGENT_CHECK(check_proof(*this, slot, sealer));
    return with_previous(std::move(current), sealer);
}

Result<DataKeys> KeySlots::open_with(SealingKey data_key) const {
    AGENT_TRY(const Sealer sealer, sealer_of(data_key));
    const auto proven = [&](const KeySlot& slot) { return check_proof(*this, slot, sealer).has_value(); };
    if (std::none_of(slots.begin(), slots.end(), proven))
        return fail(Error::Code::kConflict, "key: " + store + ": it is not the data key of this store");
    return with_previous(std::move(data_key), sealer);
}

Result<DataKeys> KeySlots::with_previous(SealingKey current, const Sealer& sealer) const {
    DataKeys keys{.current = std::move(current), .previous = {}};
    if (sealed_previous.empty()) return keys;
    const auto previous = sealer.open(sealed_previous, previous_context(store_id));
    if (!previous) return tl::unexpected(altered(*this, "the data key before the present one"));
    AGENT_TRY(keys.previous, SealingKey::from_raw(as_bytes(previous->reveal())));
    return keys;
}

Result<DataKeys> KeySlots::open_again(std::int64_t id, const SealingKey& slot_key) const {
    const auto slot = std::find_if(slots.begin(), slots.end(), [&](const KeySlot& one) { return one.facts.id == id; });
    if (slot == slots.end())
        return fail(Error::Code::kConflict, "key slot " + std::to_string(id) + ": was removed meanwhile");
    return open(*slot, slot_key);
}

Result<KeySlot> KeySlots::make(const SealingKey& data_key, KeySlotFacts facts, Bytes salt,
                               const SealingKey& slot_key) const {
    AGENT_TRY(const Sealer sealer, sealer_of(data_key));
    if (!slots.empty()) {
        AGENT_TRY(SealingKey copy, data_key.clone());
        AGENT_CHECK(open_with(std::move(copy)));
    }
    KeySlot slot{.facts = std::move(facts),
                 .salt = std::move(salt),
                 .public_half = agent::public_half(slot_key),
                 .wrapped = {},
                 .proof = {}};
    complete(slot, store_id, data_key, sealer);
    return slot;
}

Result<void> KeySlots::rotate(const SealingKey& current, const SealingKey& next) {
    if (!sealed_previous.empty())
        return fail(Error::Code::kConflict, "key: a rotation is under way; see clioctl key list");
    AGENT_TRY(const Sealer before, sealer_of(current));
    AGENT_TRY(const Sealer after, sealer_of(next));
    for (KeySlot& slot : slots) {
        AGENT_CHECK(check_proof(*this, slot, before));
        complete(slot, store_id, next, after);
    }
    sealed_previous = after.seal(as_text(current.raw()), previous_context(store_id));
    return {};
}

std::string KeySlots::kinds() const {
    std::string kinds;
    for (const KeySlot& slot : slots)
        kinds.append(kinds.empty() ? "" : ", ").append(word_of(kSlotKinds, slot.facts.kind));
    return kinds.empty() ? "none" : kinds;
}

}  // namespace agent
