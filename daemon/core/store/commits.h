// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <list>
#include <memory>

#include "ports/token_store.h"

namespace agent {

/// Commits whose outcome its owner has to learn, whoever still waits for it.
class Commits {
  public:
    /// As TokenStore::commit(); `done` is called unless this is destroyed first.
    void start(TokenStore& store, StoreChange change, TokenStore::Done done) {
        const auto at = under_way_.emplace(under_way_.end());
        *at = store.commit(std::move(change), [this, at, done = std::move(done)](Result<void> result) {
            const auto ended = std::move(*at);
            const auto call = done;  // `done` goes with the commit, and may take this object with it
            under_way_.erase(at);
            call(std::move(result));
        });
    }

    /// Whether none is under way.
    [[nodiscard]] bool empty() const noexcept { return under_way_.empty(); }

  private:
    std::list<std::unique_ptr<StoreCommit>> under_way_;
};

}  // namespace agent
