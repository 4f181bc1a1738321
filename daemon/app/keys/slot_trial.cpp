// SPDX-License-Identifier: Apache-2.0
#include "app/keys/slot_trial.h"

#include <utility>

#include "app/keys/key_file.h"
#include "app/keys/start_keys.h"
#include "base/crypto/recovery_key.h"

namespace agent {

bool SlotTrial::is_typed(SlotKind kind) const noexcept {
    return (kind == SlotKind::kPassphrase && !secrets_.passphrase.empty()) ||
           (kind == SlotKind::kRecovery && !secrets_.recovery_key.empty());
}

Result<SealingKey> SlotTrial::key_of(const KeySlot& slot) const {
    switch (slot.facts.kind) {
        case SlotKind::kPassphrase:
            // One who can write to the store can plant a slot.
            if (!secrets_.accept_cost) AGENT_CHECK(check_cost(slot.kdf(), kMostCalibratedOperations));
            return derive_key(secrets_.passphrase.reveal(), slot.kdf());
        case SlotKind::kRecovery:
            return read_recovery_key(secrets_.recovery_key.reveal());
        case SlotKind::kFile:
        case SlotKind::kCredential:
            break;
    }
    AGENT_TRY(const SecretReference reference, key_reference(slot.facts.kind, slot.facts.source));
    return read_key(reference);
}

void SlotTrial::try_slot(const KeySlot& slot) {
    TriedKeySlot result{.id = slot.facts.id, .kind = slot.facts.kind, .opens = {}, .detail = {}};
    if (needs_person(slot.facts.kind) && !is_typed(slot.facts.kind)) return tried.push_back(std::move(result));
    auto key = key_of(slot);
    auto keys = key ? slots->open(slot, *key) : Result<DataKeys>(tl::unexpected(key.error()));
    result.opens = keys.has_value();
    if (keys) {
        opened_ = OpenedSlot{.id = slot.facts.id, .key = *std::move(key)};
        if (needs_person(slot.facts.kind)) outcome_ = AttemptThrottle::Outcome::kRight;
    } else {
        result.detail = keys.error().message;
        const bool is_wrong = needs_person(slot.facts.kind) && keys.error().code == Error::Code::kForbidden;
        if (is_wrong && outcome_ != AttemptThrottle::Outcome::kRight) outcome_ = AttemptThrottle::Outcome::kWrong;
        why_not_ = std::move(keys).error();
    }
    tried.push_back(std::move(result));
}

void SlotTrial::run() {
    if (!slots) return;
    for (const KeySlot& slot : slots->slots) {
        if (until_one_opens_ && !is_typed(slot.facts.kind)) continue;
        try_slot(slot);
        if (until_one_opens_ && opened_) return;
    }
}

Result<OpenedSlot> SlotTrial::take_opened(const std::string& purpose) {
    if (!slots) return tl::unexpected(slots.error());
    if (opened_) return *std::exchange(opened_, std::nullopt);
    if (why_not_ && why_not_->code != Error::Code::kForbidden) return tl::unexpected(*why_not_);
    if (why_not_) return fail(Error::Code::kForbidden, purpose + ": wrong passphrase or recovery key");
    if (slots->slots.empty())
        return fail(Error::Code::kConflict,
                    purpose + ": the store is new; choose its passphrase with: clioctl key add passphrase");
    return fail(Error::Code::kConflict, purpose + ": the store has no such key slot (it has: " + slots->kinds() + ")");
}

}  // namespace agent
