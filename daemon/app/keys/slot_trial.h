// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/keys/attempt_throttle.h"
#include "core/keys/key_slots.h"
#include "core/keys/keyring.h"

namespace agent {

/// A slot that was found to open, and its key.
struct OpenedSlot {
    std::int64_t id = 0;
    SealingKey key;
};

/// Trying keys on the slots of a store. run() takes as long as passphrases take, and needs nothing but what lies here.
class SlotTrial {
  public:
    /// With `until_one_opens` only the slots of what was typed are tried, and none after the first that opens.
    SlotTrial(TypedSecrets secrets, bool until_one_opens)
        : secrets_(std::move(secrets)), until_one_opens_(until_one_opens) {}

    Result<KeySlots> slots = fail(Error::Code::kInternal, "key slots: not read");
    std::vector<TriedKeySlot> tried;

    void run();

    /// kForbidden when a secret was wrong, kConflict when the store has no slot that it could be of, kBadRequest when
    /// nothing was typed or a recovery key was misread. `purpose` begins the message.
    [[nodiscard]] Result<OpenedSlot> take_opened(const std::string& purpose);
    /// Of what was typed: what belongs to the machine is not guessed.
    [[nodiscard]] AttemptThrottle::Outcome outcome() const noexcept { return outcome_; }

  private:
    [[nodiscard]] bool is_typed(SlotKind kind) const noexcept;
    [[nodiscard]] Result<SealingKey> key_of(const KeySlot& slot) const;
    void try_slot(const KeySlot& slot);

    TypedSecrets secrets_;
    bool until_one_opens_;
    std::optional<OpenedSlot> opened_;
    std::optional<Error> why_not_;  // the last one
    AttemptThrottle::Outcome outcome_ = AttemptThrottle::Outcome::kNotTried;
};

}  // namespace agent
