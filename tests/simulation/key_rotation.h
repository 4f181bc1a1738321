// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>

#include "core/keys/resealing.h"
#include "core/keys/vault.h"
#include "simulation/callers.h"
#include "simulation/sim_store.h"

namespace agent::sim {

/// An operator who has the data key rotated now and then, by the real Resealing, at any step of what else happens. The
/// store's part is played here. No record is ever sealed with a key that the store does not hold.
class KeyRotation {
  public:
    /// `stored` are the keys that the store holds, `in_use` those that the agent seals with.
    KeyRotation(const Surroundings& around, Timers& timers, SimStore& store, Sealer& stored, Sealer& in_use,
                Findings& findings, Random random);

    void start();
    void rotate_soon();
    /// The keys for a process that begins.
    void load_keys();
    /// As Unlocked: goes on with what is left of a rotation, and stops for a lock or a crash.
    void go_on(Daemon& daemon);
    void stop() { resealing_.reset(); }
    void crashed();
    /// A new data key is on its way to the disk, and nobody may lock the agent.
    [[nodiscard]] bool is_under_way() const { return rotating_ != nullptr; }

  private:
    void rotate_some_time();
    void rotate();
    [[nodiscard]] Sealer keys_in_store() const;
    [[nodiscard]] std::unique_ptr<StoreCommit> forget_previous(TokenStore::Done done);
    [[nodiscard]] Result<void> reseal(SimStore::Rows& rows);

    const Surroundings& around_;
    Timers& timers_;
    SimStore& store_;
    DataKeys keys_;   // that the store holds
    Sealer& stored_;  // the same
    Sealer& in_use_;
    Findings& findings_;
    Random random_;
    std::unique_ptr<StoreCommit> rotating_;
    std::optional<Resealing> resealing_;
};

}  // namespace agent::sim
