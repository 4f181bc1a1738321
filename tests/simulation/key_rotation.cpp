// SPDX-License-Identifier: Apache-2.0
#include "simulation/key_rotation.h"

#include <memory>
#include <utility>

namespace agent::sim {

void KeyRotation::go_on(Daemon& daemon) {
    if (!in_use_.has_previous()) return;
    resealing_.emplace(
        timers_, daemon.revised(), daemon.apps(), daemon.accounts(),
        [this](TokenStore::Done done) { return forget_previous(std::move(done)); },
        [this] {
            resealing_.reset();
            in_use_.forget_previous();
            ++around_.statistics[Count::kRotations];
            around_.trace.say("operator: the data key was rotated");
            forgotten_();
        });
}

std::unique_ptr<StoreCommit> KeyRotation::forget_previous(TokenStore::Done done) {
    const auto current = std::make_shared<const SealingKey>(*in_use_.key().clone());
    return store_.forget_previous(current, [done = std::move(done)](const Result<std::vector<std::string>>& forgotten) {
        done(forgotten ? Result<void>() : tl::unexpected(forgotten.error()));
    });
}

}  // namespace agent::sim
