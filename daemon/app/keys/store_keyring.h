// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>

#include "app/keys/slot_trial.h"
#include "base/crypto/sealing.h"
#include "core/keys/attempt_throttle.h"
#include "core/keys/key_store.h"
#include "core/keys/keyring.h"
#include "core/keys/lock.h"
#include "core/keys/vault.h"
#include "core/owed.h"
#include "ports/clock.h"
#include "ports/timers.h"
#include "ports/worker.h"

namespace agent {

/// The key slots of the store, and who may open it. What is passed by reference outlives it. Passphrases are tried by
/// the worker, whose jobs may be done after this is destroyed; their callbacks may not.
class StoreKeyring final : public Keyring {
  public:
    StoreKeyring(const Clock& clock, Timers& timers, Worker& worker, KeyStore& store, Vault& vault, Lock& lock);

    /// As Lock::CheckSlots. kConflict when there is only what needs no person.
    void check_a_person_can_unlock(Done done);

    [[nodiscard]] std::unique_ptr<Waiting> lock(Done done) override;
    [[nodiscard]] std::unique_ptr<Waiting> unlock(TypedSecrets secrets, std::uint32_t user, Done done) override;
    [[nodiscard]] std::unique_ptr<Waiting> prove(TypedSecrets secrets, std::uint32_t user, Done done) override;
    [[nodiscard]] std::unique_ptr<Waiting> list(std::function<void(Result<KeyringFacts>)> done) override;
    [[nodiscard]] std::unique_ptr<Waiting> add(NewKeySlot slot, std::uint32_t user,
                                               std::function<void(Result<AddedKeySlot>)> done) override;
    [[nodiscard]] std::unique_ptr<Waiting> remove(std::int64_t id, Done done) override;
    [[nodiscard]] std::unique_ptr<Waiting> rotate(Done done) override;
    [[nodiscard]] std::unique_ptr<Waiting> test(TypedSecrets secrets, std::uint32_t user,
                                                std::function<void(Result<std::vector<TriedKeySlot>>)> done) override;
    [[nodiscard]] std::unique_ptr<Waiting> make_backup_key(SecretString passphrase, std::uint32_t user,
                                                           std::function<void(Result<NewBackupKey>)> done) override;
    [[nodiscard]] std::unique_ptr<Waiting> backup_key(TypedSecrets secrets, KdfParameters kdf, std::uint32_t user,
                                                      std::function<void(Result<SealingKey>)> done) override;

  private:
    struct Making;
    struct Rotation {
        KeyStore::Key current;
        KeyStore::Key next;
        SealingKey for_vault;  // the next one
    };

    /// Calls `start` with a callback that passes on to `done`, also when nobody waits any more.
    template <class T, class Start>
    void start_job(Start start, std::function<void(Result<T>)> done);
    void read_slots(std::function<void(Result<KeySlots>)> read);
    /// Runs `trial` when it is the user's turn, then calls `tried`, which ends the attempt. Fails as
    /// AttemptThrottle::begin() does.
    [[nodiscard]] Result<void> try_slots(std::uint32_t user, std::shared_ptr<SlotTrial> trial, Worker::Done tried);
    /// Finds the slot that one of `secrets` opens. `purpose` begins the message of a failure.
    [[nodiscard]] std::unique_ptr<Waiting> open_slot(TypedSecrets secrets, std::uint32_t user, std::string purpose,
                                                     const Owed<Result<void>>& owed,
                                                     std::function<void(OpenedSlot)> opened);
    void unlock_with(const std::shared_ptr<OpenedSlot>& slot, const Owed<Result<void>>& owed);
    /// On a thread of the user.
    void derive(SecretString passphrase, KdfParameters kdf, std::uint32_t user,
                const Owed<Result<SealingKey>>& derived);
    void add_made(const std::shared_ptr<Making>& making, const Owed<Result<AddedKeySlot>>& owed);
    [[nodiscard]] Result<void> unlock_first(const SealingKey& data_key);
    [[nodiscard]] bool is_to_be_tried_again(const Making& making, const Result<std::int64_t>& added) const;
    [[nodiscard]] Result<Rotation> new_data_key() const;

    const Clock& clock_;
    Timers& timers_;
    Worker& worker_;
    KeyStore& store_;
    Vault& vault_;
    Lock& lock_;
    std::size_t rotations_ = 0;  // that are being stored
    std::size_t removals_ = 0;   // of slots
    AttemptThrottle throttle_;
    std::list<std::unique_ptr<StoreCommit>> jobs_;
};

}  // namespace agent
