// SPDX-License-Identifier: Apache-2.0
#include "app/keys/store_keyring.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "app/keys/key_file.h"
#include "app/keys/start_keys.h"
#include "base/crypto/recovery_key.h"

namespace agent {

namespace {

bool a_person_can_open(const KeySlots& slots) {
    return std::any_of(slots.slots.begin(), slots.slots.end(),
                       [](const KeySlot& slot) { return needs_person(slot.facts.kind); });
}

/// The key of a file, which is made when it is not there, or of a credential.
Result<SealingKey> key_at(SlotKind kind, const std::string& source) {
    AGENT_TRY(const SecretReference reference, key_reference(kind, source));
    auto key = read_key(reference);
    if (key || kind != SlotKind::kFile || key.error().code != Error::Code::kNotFound) return key;
    return make_key_file(source);
}

Result<KeyStore::Key> shared(Result<SealingKey> key) {
    if (!key) return tl::unexpected(std::move(key).error());
    return std::make_shared<const SealingKey>(*std::move(key));
}

}  // namespace

/// A slot that is being made: its key by the worker, then the slot by the store.
struct StoreKeyring::Making {
    NewKeySlot wanted;
    SecretString recovery_key;
    KdfParameters kdf;
    Result<KeyStore::Key> slot_key = fail(Error::Code::kInternal, "key slot: not made");
    KeyStore::Key data_key;
    bool is_first = false;

    [[nodiscard]] KeySlotFacts facts(WallTime now) const {
        KeySlotFacts facts{.id = 0, .kind = wanted.kind, .source = wanted.source, .made_at = now, .kdf = {}};
        if (wanted.kind == SlotKind::kPassphrase) facts.kdf = {.operations = kdf.operations, .memory = kdf.memory};
        return facts;
    }

    /// Touches the disk, or takes as long as a passphrase does.
    void make_key() {
        switch (wanted.kind) {
            case SlotKind::kPassphrase:
                return derive();
            case SlotKind::kRecovery:
                recovery_key = make_recovery_key();
                slot_key = shared(read_recovery_key(recovery_key.reveal()));
                return;
            case SlotKind::kFile:
            case SlotKind::kCredential:
                slot_key = shared(key_at(wanted.kind, wanted.source));
                return;
        }
    }

  private:
    void derive() {
        kdf = moderate_kdf();
        if (wanted.calibrate) {
            auto calibrated = calibrated_kdf(*wanted.calibrate);
            if (!calibrated) {
                slot_key = tl::unexpected(std::move(calibrated).error());
                return;
            }
            kdf = *std::move(calibrated);
        }
        slot_key = shared(derive_key(wanted.passphrase.reveal(), kdf));
    }
};

StoreKeyring::StoreKeyring(const Clock& clock, Timers& timers, Worker& worker, KeyStore& store, Vault& vault,
                           Lock& lock)
    : clock_(clock),
      timers_(timers),
      worker_(worker),
      store_(store),
      vault_(vault),
      lock_(lock),
      throttle_(clock, timers) {}

template <class T, class Start>
void StoreKeyring::start_job(Start start, std::function<void(Result<T>)> done) {
    const auto at = jobs_.emplace(jobs_.end());
    *at = start([this, at, done = std::move(done)](Result<T> result) {
        const auto over = std::move(*at);
        const auto call = done;
        jobs_.erase(at);
        call(std::move(result));
    });
}

void StoreKeyring::read_slots(std::function<void(Result<KeySlots>)> read) {
    start_job<KeySlots>([this](auto done) { return store_.read(std::move(done)); }, std::move(read));
}

std::unique_ptr<Waiting> StoreKeyring::lock(Done done) {
    return lock_.lock(std::move(done));
}

void StoreKeyring::check_a_person_can_unlock(Done done) {
    read_slots([this, done = std::move(done)](const Result<KeySlots>& slots) {
        if (!slots) return done(tl::unexpected(slots.error()));
        // A passphrase that is right now would open the store with the previous key.
        if (rotations_ > 0)
            return done(fail(Error::Code::kTemporarilyUnavailable, "lock: a new data key is being stored"));
        if (removals_ > 0) return done(fail(Error::Code::kTemporarilyUnavailable, "lock: a key slot is being removed"));
        if (!a_person_can_open(*slots))
            return done(fail(Error::Code::kConflict,
                             "lock: nothing could unlock it again; add a passphrase first: clioctl key add "
                             "passphrase"));
        done({});
    });
}

Result<void> StoreKeyring::try_slots(std::uint32_t user, std::shared_ptr<SlotTrial> trial, Worker::Done tried) {
    return throttle_.begin(user, [this, user, trial = std::move(trial), tried = std::move(tried)] {
        read_slots([this, user, trial, tried](Result<KeySlots> slots) {
            trial->slots = std::move(slots);
            if (auto run = worker_.run(
                    user, [trial] { trial->run(); }, tried);
                !run)
                tried(std::move(run));
        });
    });
}

std::unique_ptr<Waiting> StoreKeyring::open_slot(TypedSecrets secrets, std::uint32_t user, std::string purpose,
                                                 const Owed<Result<void>>& owed,
                                                 std::function<void(OpenedSlot)> opened) {
    const auto trial = std::make_shared<SlotTrial>(std::move(secrets), /*until_one_opens=*/true);
    const auto tried = [this, trial, user, purpose = std::move(purpose), owed,
                        opened = std::move(opened)](const Result<void>& ran) {
        throttle_.ended(user, trial->outcome());
        Result<OpenedSlot> slot = ran ? trial->take_opened(purpose) : tl::unexpected(ran.error());
        if (!slot) return owed.answer(tl::unexpected(std::move(slot).error()));
        opened(*std::move(slot));
    };
    if (const auto begun = try_slots(user, trial, tried); !begun)
        owed.answer_soon(timers_, tl::unexpected(begun.error()));
    return owed.waiting();
}

std::unique_ptr<Waiting> StoreKeyring::unlock(TypedSecrets secrets, std::uint32_t user, Done done) {
    const Owed<Result<void>> owed(std::move(done));
    return open_slot(std::move(secrets), user, "unlock", owed, [this, owed](OpenedSlot opened) {
        unlock_with(std::make_shared<OpenedSlot>(std::move(opened)), owed);
    });
}

std::unique_ptr<Waiting> StoreKeyring::prove(TypedSecrets secrets, std::uint32_t user, Done done) {
    const Owed<Result<void>> owed(std::move(done));
    return open_slot(std::move(secrets), user, "proof", owed, [owed](const OpenedSlot&) { owed.answer({}); });
}

/// Since the slots were read for the trial, this one may have been given another data key, or been removed.
void StoreKeyring::unlock_with(const std::shared_ptr<OpenedSlot>& slot, const Owed<Result<void>>& owed) {
    read_slots([this, slot, owed](const Result<KeySlots>& slots) {
        auto present = slots ? slots->open_again(slot->id, slot->key) : tl::unexpected(slots.error());
        owed.answer(present ? lock_.unlock(*std::move(present)) : tl::unexpected(std::move(present).error()));
    });
}

std::unique_ptr<Waiting> StoreKeyring::test(TypedSecrets secrets, std::uint32_t user,
                                            std::function<void(Result<std::vector<TriedKeySlot>>)> done) {
    const Owed<Result<std::vector<TriedKeySlot>>> owed(std::move(done));
    const auto trial = std::make_shared<SlotTrial>(std::move(secrets), /*until_one_opens=*/false);
    const auto begun = try_slots(user, trial, [this, owed, trial, user](const Result<void>& ran) {
        throttle_.ended(user, trial->outcome());
        if (!ran) return owed.answer(tl::unexpected(ran.error()));
        if (!trial->slots) return owed.answer(tl::unexpected(trial->slots.error()));
        owed.answer(std::move(trial->tried));
    });
    if (!begun) owed.answer_soon(timers_, tl::unexpected(begun.error()));
    return owed.waiting();
}

std::unique_ptr<Waiting> StoreKeyring::list(std::function<void(Result<KeyringFacts>)> done) {
    const Owed<Result<KeyringFacts>> owed(std::move(done));
    read_slots([this, owed](const Result<KeySlots>& slots) {
        if (!slots) return owed.answer(tl::unexpected(slots.error()));
        KeyringFacts facts{.slots = {}, .rotating = !slots->sealed_previous.empty(), .progress = vault_.resealing()};
        for (const KeySlot& slot : slots->slots) facts.slots.push_back(slot.facts);
        owed.answer(std::move(facts));
    });
    return owed.waiting();
}

std::unique_ptr<Waiting> StoreKeyring::add(NewKeySlot slot, std::uint32_t user,
                                           std::function<void(Result<AddedKeySlot>)> done) {
    const Owed<Result<AddedKeySlot>> owed(std::move(done));
    const auto making = std::make_shared<Making>();
    making->wanted = std::move(slot);
    // First of all: a locked agent makes no key file, and derives nothing.
    read_slots([this, making, user, owed](const Result<KeySlots>& slots) {
        if (!slots) return owed.answer(tl::unexpected(slots.error()));
        if (vault_.data_key() == nullptr && !slots->slots.empty())
            return owed.answer(tl::unexpected(agent_is_locked()));
        const auto made = [this, making, owed](const Result<void>& ran) {
            ran ? add_made(making, owed) : owed.answer(tl::unexpected(ran.error()));
        };
        if (const auto run = worker_.run(
                user, [making] { making->make_key(); }, made);
            !run)
            made(run);
    });
    return owed.waiting();
}

void StoreKeyring::add_made(const std::shared_ptr<Making>& making, const Owed<Result<AddedKeySlot>>& owed) {
    if (!making->slot_key) return owed.answer_soon(timers_, tl::unexpected(making->slot_key.error()));
    const SealingKey* const present = vault_.data_key();
    making->is_first = present == nullptr;
    auto data_key = shared(making->is_first ? SealingKey::generate() : present->clone());
    if (!data_key) return owed.answer_soon(timers_, tl::unexpected(std::move(data_key).error()));
    making->data_key = *std::move(data_key);

    start_job<std::int64_t>(
        [this, &making](auto done) {
            return store_.add(making->data_key, making->facts(clock_.now()), making->kdf.salt, *making->slot_key,
                              std::move(done));
        },
        [this, making, owed](Result<std::int64_t> id) {
            if (is_to_be_tried_again(*making, id)) return add_made(making, owed);
            // A locked agent's new data key is refused where the store has slots by now.
            if (!id && making->is_first && id.error().code == Error::Code::kConflict)
                id = tl::unexpected(agent_is_locked());
            if (!id) return owed.answer(tl::unexpected(std::move(id).error()));
            if (making->is_first) {
                auto unlocked = unlock_first(*making->data_key);
                if (!unlocked) return owed.answer(tl::unexpected(std::move(unlocked).error()));
            }
            vault_.key_slots_changed();
            owed.answer(AddedKeySlot{.id = *id, .recovery_key = std::move(making->recovery_key)});
        });
}

Result<void> StoreKeyring::unlock_first(const SealingKey& data_key) {
    AGENT_TRY(SealingKey key, data_key.clone());
    return lock_.unlock({.current = std::move(key), .previous = {}});
}

/// Whether the slot was refused only because the data key was rotated, or the agent unlocked, since it was begun.
bool StoreKeyring::is_to_be_tried_again(const Making& making, const Result<std::int64_t>& added) const {
    const SealingKey* const present = vault_.data_key();
    return !added && added.error().code == Error::Code::kConflict && present != nullptr &&
           fingerprint(*present) != fingerprint(*making.data_key);
}

void StoreKeyring::derive(SecretString passphrase, KdfParameters kdf, std::uint32_t user,
                          const Owed<Result<SealingKey>>& derived) {
    struct Derivation {
        SecretString passphrase;
        KdfParameters kdf;
        Result<SealingKey> key = fail(Error::Code::kInternal, "passphrase: not tried");
    };
    const auto job = std::make_shared<Derivation>();
    job->passphrase = std::move(passphrase);
    job->kdf = std::move(kdf);
    auto run = worker_.run(
        user, [job] { job->key = derive_key(job->passphrase.reveal(), job->kdf); },
        [job, derived](const Result<void>& ran) {
            derived.answer(ran ? std::move(job->key) : Result<SealingKey>(tl::unexpected(ran.error())));
        });
    if (!run) derived.answer_soon(timers_, tl::unexpected(std::move(run).error()));
}

std::unique_ptr<Waiting> StoreKeyring::make_backup_key(SecretString passphrase, std::uint32_t user,
                                                       std::function<void(Result<NewBackupKey>)> done) {
    if (passphrase.empty()) {
        SecretString recovery_key = make_recovery_key();
        auto key = read_recovery_key(recovery_key.reveal());
        if (!key)
            return answer_later<Result<NewBackupKey>>(timers_, tl::unexpected(std::move(key).error()), std::move(done));
        return answer_later<Result<NewBackupKey>>(
            timers_, NewBackupKey{.key = *std::move(key), .kdf = {}, .recovery_key = std::move(recovery_key)},
            std::move(done));
    }
    const KdfParameters kdf = moderate_kdf();
    const Owed<Result<SealingKey>> owed([kdf, done = std::move(done)](Result<SealingKey> key) {
        if (!key) return done(tl::unexpected(std::move(key).error()));
        done(NewBackupKey{.key = *std::move(key), .kdf = kdf, .recovery_key = {}});
    });
    derive(std::move(passphrase), kdf, user, owed);
    return owed.waiting();
}

std::unique_ptr<Waiting> StoreKeyring::backup_key(TypedSecrets secrets, KdfParameters kdf, std::uint32_t user,
                                                  std::function<void(Result<SealingKey>)> done) {
    const Owed<Result<SealingKey>> owed(std::move(done));
    auto affordable = secrets.accept_cost ? Result<void>() : check_cost(kdf, moderate_kdf().operations);
    if (secrets.passphrase.empty())
        owed.answer_soon(timers_, read_recovery_key(secrets.recovery_key.reveal()));
    else if (!affordable)
        owed.answer_soon(timers_, tl::unexpected(std::move(affordable).error()));
    else
        derive(std::move(secrets.passphrase), std::move(kdf), user, owed);
    return owed.waiting();
}

std::unique_ptr<Waiting> StoreKeyring::remove(std::int64_t id, Done done) {
    const Owed<Result<void>> owed(std::move(done));
    if (vault_.data_key() == nullptr) {
        owed.answer_soon(timers_, tl::unexpected(agent_is_locked()));
        return owed.waiting();
    }
    ++removals_;
    start_job<void>([this, id](auto changed) { return store_.remove(id, std::move(changed)); },
                    [this, owed](Result<void> removed) {
                        --removals_;
                        if (removed) vault_.key_slots_changed();
                        owed.answer(std::move(removed));
                    });
    return owed.waiting();
}

std::unique_ptr<Waiting> StoreKeyring::rotate(Done done) {
    const Owed<Result<void>> owed(std::move(done));
    auto begun = new_data_key();
    if (!begun) {
        owed.answer_soon(timers_, tl::unexpected(std::move(begun).error()));
        return owed.waiting();
    }
    const auto rotation = std::make_shared<Rotation>(*std::move(begun));
    ++rotations_;
    start_job<void>([this, &rotation](
                        auto changed) { return store_.rotate(rotation->current, rotation->next, std::move(changed)); },
                    [this, rotation, owed](Result<void> rotated) {
                        --rotations_;
                        if (rotated) rotated = vault_.rotate(std::move(rotation->for_vault));
                        owed.answer(std::move(rotated));
                    });
    return owed.waiting();
}

Result<StoreKeyring::Rotation> StoreKeyring::new_data_key() const {
    const SealingKey* const present = vault_.data_key();
    if (present == nullptr) return tl::unexpected(agent_is_locked());
    AGENT_TRY(KeyStore::Key current, shared(present->clone()));
    AGENT_TRY(KeyStore::Key next, shared(SealingKey::generate()));
    AGENT_TRY(SealingKey for_vault, next->clone());
    return Rotation{.current = std::move(current), .next = std::move(next), .for_vault = std::move(for_vault)};
}

}  // namespace agent
