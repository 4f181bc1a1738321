// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/crypto/passphrase.h"
#include "base/crypto/sealing.h"
#include "base/result.h"
#include "base/secret/secret.h"
#include "base/time.h"
#include "base/words.h"
#include "core/keys/vault.h"
#include "core/waiting.h"

namespace agent {

/// What a slot's key comes from.
enum class SlotKind { kFile, kCredential, kPassphrase, kRecovery };
inline constexpr WordTable<SlotKind, 4> kSlotKinds{{{"file", SlotKind::kFile},
                                                    {"credential", SlotKind::kCredential},
                                                    {"passphrase", SlotKind::kPassphrase},
                                                    {"recovery", SlotKind::kRecovery}}};

/// Whether only a person has the key, and no file or credential.
[[nodiscard]] constexpr bool needs_person(SlotKind kind) noexcept {
    return kind == SlotKind::kPassphrase || kind == SlotKind::kRecovery;
}

/// What everybody is told while the agent is locked.
[[nodiscard]] inline Error agent_is_locked() {
    return {.code = Error::Code::kLocked, .message = "the agent is locked; a person unlocks it with: clioctl unlock"};
}

/// The public facts of a key slot.
struct KeySlotFacts {
    struct Kdf {
        std::uint64_t operations = 0;
        std::uint64_t memory = 0;  // bytes
    };
    std::int64_t id = 0;
    SlotKind kind = SlotKind::kFile;
    std::string source;  // the path of a file, the name of a credential
    WallTime made_at;
    std::optional<Kdf> kdf;  // of a passphrase
};

struct KeyringFacts {
    std::vector<KeySlotFacts> slots;
    bool rotating = false;  // a new data key has not reached every record yet
    std::optional<ResealingProgress> progress;
};

/// A slot to be added.
struct NewKeySlot {
    SlotKind kind = SlotKind::kFile;
    std::string source;       // of a file or a credential
    SecretString passphrase;  // of kPassphrase
    std::optional<Duration> calibrate;
};

struct AddedKeySlot {
    std::int64_t id = 0;
    SecretString recovery_key;  // of kRecovery
};

/// What a person types. Either may be empty.
struct TypedSecrets {
    SecretString passphrase;
    SecretString recovery_key;
    /// Try the passphrase also where that costs more than this program asks for (check_cost()).
    bool accept_cost = false;
};

/// The key of a new backup, and how to come by it again.
struct NewBackupKey {
    SealingKey key;
    std::optional<KdfParameters> kdf;  // with a passphrase
    SecretString recovery_key;         // without
};

struct TriedKeySlot {
    std::int64_t id = 0;
    SlotKind kind = SlotKind::kFile;
    std::optional<bool> opens;  // nothing: not tried, for want of its secret
    std::string detail;         // why it does not open
};

/// The keys of the store, any of which opens it, and the lock. The whole of what the local protocol can ask of them.
///
/// Nothing here calls `done` before it has returned. What changes something goes on when the wait is given up. `user`
/// is the local user who asks: deriving keys for one delays no other.
class Keyring {
  public:
    using Done = std::function<void(Result<void>)>;

    virtual ~Keyring() = default;

    /// From here on nobody is served; `done` is called when the data key is gone. kConflict when nothing that a person
    /// has could unlock it again, kTemporarilyUnavailable when tokens would be lost.
    [[nodiscard]] virtual std::unique_ptr<Waiting> lock(Done done) = 0;

    /// Checks one of `secrets`, locked or not, for the local user `user`. kForbidden for a wrong one, which makes the
    /// next attempt of that user wait; kTemporarilyUnavailable while another of theirs waits.
    [[nodiscard]] virtual std::unique_ptr<Waiting> unlock(TypedSecrets secrets, std::uint32_t user, Done done) = 0;

    /// Whether one of `secrets` opens the store, locked or not; changes nothing else. Fails as unlock() does.
    [[nodiscard]] virtual std::unique_ptr<Waiting> prove(TypedSecrets secrets, std::uint32_t user, Done done) = 0;

    [[nodiscard]] virtual std::unique_ptr<Waiting> list(std::function<void(Result<KeyringFacts>)> done) = 0;

    /// kLocked while locked, but for the first slot of a store that has none.
    [[nodiscard]] virtual std::unique_ptr<Waiting> add(NewKeySlot slot, std::uint32_t user,
                                                       std::function<void(Result<AddedKeySlot>)> done) = 0;
    /// kNotFound for no such slot, kConflict for the last one, kLocked while locked.
    [[nodiscard]] virtual std::unique_ptr<Waiting> remove(std::int64_t id, Done done) = 0;

    /// Done when the new data key is durable; the records follow. kConflict while they do, kLocked while locked.
    [[nodiscard]] virtual std::unique_ptr<Waiting> rotate(Done done) = 0;

    /// Tries every slot that it has the key of. Changes nothing.
    [[nodiscard]] virtual std::unique_ptr<Waiting> test(
        TypedSecrets secrets, std::uint32_t user, std::function<void(Result<std::vector<TriedKeySlot>>)> done) = 0;

    /// A key that opens no store: from `passphrase`, or from a recovery key of its own where that is empty.
    [[nodiscard]] virtual std::unique_ptr<Waiting> make_backup_key(SecretString passphrase, std::uint32_t user,
                                                                   std::function<void(Result<NewBackupKey>)> done) = 0;
    /// The same key again, from the passphrase with its `kdf`, or from the recovery key. kBadRequest for a recovery key
    /// that was misread, and for a `kdf` that costs more than that of make_backup_key().
    [[nodiscard]] virtual std::unique_ptr<Waiting> backup_key(TypedSecrets secrets, KdfParameters kdf,
                                                              std::uint32_t user,
                                                              std::function<void(Result<SealingKey>)> done) = 0;
};

}  // namespace agent
