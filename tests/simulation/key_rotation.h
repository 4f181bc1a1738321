// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "core/keys/key_store.h"
#include "core/keys/resealing.h"
#include "simulation/callers.h"

namespace agent::sim {

/// What is left of a rotation of the data key, done by the real Resealing beside all else, as Unlocked does it.
class KeyRotation {
  public:
    /// `in_use` are the keys that the agent seals with. `forgotten` is called when the previous one is gone.
    KeyRotation(const Surroundings& around, Timers& timers, KeyStore& store, Sealer& in_use,
                std::function<void()> forgotten)
        : around_(around), timers_(timers), store_(store), in_use_(in_use), forgotten_(std::move(forgotten)) {}

    /// Goes on with one that is not complete; stops for a lock, a stop or a crash.
    void go_on(Daemon& daemon);
    void stop() { resealing_.reset(); }

  private:
    [[nodiscard]] std::unique_ptr<StoreCommit> forget_previous(TokenStore::Done done);

    const Surroundings& around_;
    Timers& timers_;
    KeyStore& store_;
    Sealer& in_use_;
    std::function<void()> forgotten_;
    std::optional<Resealing> resealing_;
};

}  // namespace agent::sim
