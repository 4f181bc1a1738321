// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <optional>
#include <string>

#include "app/keys/store_keyring.h"
#include "base/bytes.h"
#include "base/crypto/recovery_key.h"
#include "expect.h"
#include "fakes/fake_clock.h"
#include "fakes/fake_key_store.h"
#include "fakes/fake_vault.h"
#include "fakes/fake_worker.h"
#include "fakes/sealing.h"

inline constexpr std::uint32_t kUser = 1000;
inline constexpr std::uint32_t kOther = 1001;

using fakes::key_of;

/// The keyring of an agent whose store has a file's slot, 1, and a recovery key's, 2; unlocked.
struct KeyringStage {
    template <class T>
    struct Asked {
        std::unique_ptr<agent::Waiting> waiting;
        std::optional<agent::Result<T>> answer;

        [[nodiscard]] bool is_good() const { return answer && answer->has_value(); }
        [[nodiscard]] bool has_failed(agent::Error::Code code) const {
            return answer && !*answer && answer->error().code == code;
        }
        [[nodiscard]] std::string why() const { return answer && !*answer ? answer->error().message : ""; }
    };

    KeyringStage() {
        keys.add_now(key_of('d'), agent::SlotKind::kFile, key_of('f'), "/etc/key");
        keys.add_now(key_of('d'), agent::SlotKind::kRecovery, *agent::read_recovery_key(recovery_key.reveal()));
        cr_assert(lock.unlock({.current = key_of('d'), .previous = {}}));
        vault.calls.clear();
    }

    /// Starts something; its answer must not come before that has returned.
    template <class T, class Start>
    Asked<T>& ask(std::deque<Asked<T>>& all, Start start) {
        Asked<T>& asked = all.emplace_back();
        auto waiting = start([&asked](agent::Result<T> result) {
            cr_assert(!asked.answer, "answered twice");
            asked.answer = std::move(result);
        });
        cr_assert(!asked.answer, "answered before the call has returned");
        asked.waiting = std::move(waiting);
        return asked;
    }
    Asked<void>& lock_it() {
        return ask(changes, [&](auto done) { return keyring.lock(std::move(done)); });
    }
    Asked<void>& unlock(std::string_view typed, std::uint32_t user = kUser) {
        return ask(changes, [&](auto done) { return keyring.unlock(secrets(typed), user, std::move(done)); });
    }
    Asked<void>& unlock_with_good() { return unlock(recovery_key.reveal()); }
    Asked<void>& prove(std::string_view typed) {
        return ask(changes, [&](auto done) { return keyring.prove(secrets(typed), kUser, std::move(done)); });
    }
    Asked<void>& remove(std::int64_t id) {
        return ask(changes, [&](auto done) { return keyring.remove(id, std::move(done)); });
    }
    Asked<void>& rotate() {
        return ask(changes, [&](auto done) { return keyring.rotate(std::move(done)); });
    }
    Asked<agent::AddedKeySlot>& add(agent::SlotKind kind = agent::SlotKind::kRecovery, std::string source = {}) {
        agent::NewKeySlot slot{.kind = kind, .source = std::move(source), .passphrase = {}, .calibrate = {}};
        return ask(additions, [&](auto done) { return keyring.add(std::move(slot), kUser, std::move(done)); });
    }
    Asked<std::vector<agent::TriedKeySlot>>& test(std::string_view typed, std::uint32_t user = kUser) {
        return ask(trials, [&](auto done) { return keyring.test(secrets(typed), user, std::move(done)); });
    }
    Asked<agent::KeyringFacts>& list() {
        return ask(lists, [&](auto done) { return keyring.list(std::move(done)); });
    }
    static agent::TypedSecrets secrets(std::string_view recovery) {
        agent::TypedSecrets typed;
        typed.recovery_key = agent::SecretString(recovery);
        return typed;
    }

    /// Locks the agent, with nothing under way.
    void be_locked() {
        lock_it();
        timers.turn();
        vault.end_what_is_under_way();
        timers.turn();
        cr_assert(lock.state() == agent::LockState::kLocked);
        vault.calls.clear();
    }
    /// The data key that serves, by its letter; "-" for none, "?" for a drawn one.
    [[nodiscard]] std::string in_use() const {
        if (!vault.key) return "-";
        return agent::fingerprint(*vault.key) == agent::fingerprint(key_of('d')) ? "d" : "?";
    }
    /// Whether every stored slot wraps the key that serves.
    [[nodiscard]] bool all_slots_are_good() const {
        for (const agent::KeySlot& slot : keys.slots.slots) {
            agent::KeySlots alone = keys.slots;
            alone.slots = {slot};
            if (!alone.open_with(*vault.key->clone())) return false;
        }
        return true;
    }

    agent::SecretString recovery_key = agent::make_recovery_key();
    agent::SecretString wrong_key = agent::make_recovery_key();
    fakes::FakeClock clock;
    fakes::FakeTimers timers{clock};
    fakes::FakeWorker worker{timers};
    fakes::FakeKeyStore keys{timers};
    fakes::FakeVault vault;
    agent::Lock lock{timers, vault,
                     [this](agent::Lock::Done done) { keyring.check_a_person_can_unlock(std::move(done)); }};
    agent::StoreKeyring keyring{clock, timers, worker, keys, vault, lock};
    std::deque<Asked<void>> changes;
    std::deque<Asked<agent::AddedKeySlot>> additions;
    std::deque<Asked<std::vector<agent::TriedKeySlot>>> trials;
    std::deque<Asked<agent::KeyringFacts>> lists;
};
