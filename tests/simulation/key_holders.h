// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "base/crypto/recovery_key.h"
#include "core/keys/keyring.h"
#include "simulation/callers.h"
#include "simulation/sim_key_store.h"

namespace agent::sim {

/// Operators who add and remove key slots, rotate the data key and try their keys, at any step of what else happens.
/// A recovery key that was given out opens the store from then on, until its removal is asked for.
class KeyHolders {
  public:
    using KeyringOf = std::function<Keyring*()>;  // null while the agent is down

    KeyHolders(const Surroundings& around, Findings& findings, Random random, const SimKeyStore& store,
               KeyringOf keyring);

    void start();
    void rotate_soon();
    /// Everybody who waits is cut off.
    void abandon();
    /// What somebody types who unlocks; empty while nobody has a key.
    [[nodiscard]] std::optional<TypedSecrets> typed();
    /// Whether a key that was typed may be refused: its removal was asked for meanwhile.
    [[nodiscard]] bool may_be_refused(const TypedSecrets& typed) const;
    /// A key that was given out opens the store: any of them, since each costs time.
    void check_any();

  private:
    void check(std::int64_t slot, const SecretString& recovery_key) const;
    void check_all() const;
    void add();
    void remove();
    void rotate();
    void test();

    const Surroundings& around_;
    Findings& findings_;
    Random random_;
    const SimKeyStore& store_;
    KeyringOf keyring_;
    Waits waits_;
    std::map<std::int64_t, SecretString> keys_;
};

}  // namespace agent::sim
