// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/keys/keyring.h"

namespace fakes {

/// Notes what was asked of it; the test answers.
class FakeKeyring final : public agent::Keyring {
  public:
    std::vector<std::string> asked;  // "unlock 1000 passphrase=…"
    Done done;                       // of the last lock, unlock, prove, remove or rotate
    std::function<void(agent::Result<agent::KeyringFacts>)> list_done;
    std::function<void(agent::Result<agent::AddedKeySlot>)> add_done;
    std::function<void(agent::Result<std::vector<agent::TriedKeySlot>>)> test_done;
    std::function<void(agent::Result<agent::NewBackupKey>)> make_backup_key_done;
    std::function<void(agent::Result<agent::SealingKey>)> backup_key_done;
    agent::NewKeySlot added;

    std::unique_ptr<agent::Waiting> lock(Done d) override { return note("lock", std::move(d)); }
    std::unique_ptr<agent::Waiting> unlock(agent::TypedSecrets typed, std::uint32_t user, Done d) override {
        return note("unlock " + std::to_string(user) + words(typed), std::move(d));
    }
    std::unique_ptr<agent::Waiting> prove(agent::TypedSecrets typed, std::uint32_t user, Done d) override {
        return note("prove " + std::to_string(user) + words(typed), std::move(d));
    }
    std::unique_ptr<agent::Waiting> list(std::function<void(agent::Result<agent::KeyringFacts>)> d) override {
        asked.emplace_back("list");
        list_done = std::move(d);
        return std::make_unique<agent::Waiting>();
    }
    std::unique_ptr<agent::Waiting> add(agent::NewKeySlot slot, std::uint32_t,
                                        std::function<void(agent::Result<agent::AddedKeySlot>)> d) override {
        asked.emplace_back("add");
        added = std::move(slot);
        add_done = std::move(d);
        return std::make_unique<agent::Waiting>();
    }
    std::unique_ptr<agent::Waiting> remove(std::int64_t id, Done d) override {
        return note("remove " + std::to_string(id), std::move(d));
    }
    std::unique_ptr<agent::Waiting> rotate(Done d) override { return note("rotate", std::move(d)); }
    std::unique_ptr<agent::Waiting> test(
        agent::TypedSecrets typed, std::uint32_t user,
        std::function<void(agent::Result<std::vector<agent::TriedKeySlot>>)> d) override {
        asked.push_back("test " + std::to_string(user) + words(typed));
        test_done = std::move(d);
        return std::make_unique<agent::Waiting>();
    }

    std::unique_ptr<agent::Waiting> make_backup_key(
        agent::SecretString passphrase, std::uint32_t,
        std::function<void(agent::Result<agent::NewBackupKey>)> d) override {
        asked.push_back("make_backup_key " + std::string(passphrase.reveal()));
        make_backup_key_done = std::move(d);
        return std::make_unique<agent::Waiting>();
    }
    std::unique_ptr<agent::Waiting> backup_key(agent::TypedSecrets typed, agent::KdfParameters kdf, std::uint32_t user,
                                               std::function<void(agent::Result<agent::SealingKey>)> d) override {
        asked.push_back("backup_key" + words(typed) + " " + std::to_string(kdf.operations) +
                        (typed.accept_cost ? " at any cost" : "") + " for " + std::to_string(user));
        backup_key_done = std::move(d);
        return std::make_unique<agent::Waiting>();
    }

  private:
    std::unique_ptr<agent::Waiting> note(std::string what, Done d) {
        asked.push_back(std::move(what));
        done = std::move(d);
        return std::make_unique<agent::Waiting>();
    }
    static std::string words(const agent::TypedSecrets& typed) {
        std::string words;
        if (!typed.passphrase.empty()) words += " passphrase=" + std::string(typed.passphrase.reveal());
        if (!typed.recovery_key.empty()) words += " recovery_key=" + std::string(typed.recovery_key.reveal());
        return words;
    }
};

}  // namespace fakes
