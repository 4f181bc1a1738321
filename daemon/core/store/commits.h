// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ports/token_store.h"

namespace agent {

/// Commits whose outcome matters to their owner, even if the caller has gone.
class Commits {
  public:
    /// As TokenStore::commit(); `done` is called unless this is destroyed first.
    void start(TokenStore& store, StoreChange change, TokenStore::Done done) {
        const auto at = under_way_.emplace(under_way_.end());
        *at = store.commit(std::move(change), ending<Result<void>>(at, std::move(done)));
    }

    /// What another program has stored meanwhile; empty if it has removed the record.
    using Present = std::function<void(const std::optional<StoredRow>&)>;
    /// As start(). On a conflict it first reads the record again and hands it to `present`; `done` hears of the
    /// conflict then. Removing a record that is already gone succeeds.
    void start(TokenStore& store, const StoreChange& change, Present present, TokenStore::Done done) {
        const bool removes = change.action == StoreChange::Action::kRemove;
        start(store, change,
              [this, &store, removes, kind = change.row.kind, name = change.row.name, present = std::move(present),
               done = std::move(done)](Result<void> result) {
                  if (result || result.error().code != Error::Code::kConflict) return done(std::move(result));
                  read(store, kind, name,
                       [removes, present, done,
                        conflict = std::move(result)](const Result<std::optional<StoredRow>>& row) {
                           if (!row) return done(tl::unexpected(row.error()));
                           present(*row);
                           done(removes && !*row ? Result<void>() : conflict);
                       });
              });
    }

    /// Whether none is under way.
    [[nodiscard]] bool empty() const noexcept { return under_way_.empty(); }

  private:
    using UnderWay = std::list<std::unique_ptr<StoreCommit>>;

    void read(TokenStore& store, StoredRow::Kind kind, const std::string& name, TokenStore::Read done) {
        const auto at = under_way_.emplace(under_way_.end());
        *at = store.read(kind, name, ending<Result<std::optional<StoredRow>>>(at, std::move(done)));
    }

    /// Takes what has ended off the list, and then calls `done`.
    template <class T>
    std::function<void(T)> ending(UnderWay::iterator at, std::function<void(T)> done) {
        return [this, at, done = std::move(done)](T result) {
            const auto ended = std::move(*at);
            const auto call = done;  // `done` goes with the commit, and may take this object with it
            under_way_.erase(at);
            call(std::move(result));
        };
    }

    UnderWay under_way_;
};

}  // namespace agent
