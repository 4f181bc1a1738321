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

    /// What another program has stored meanwhile; nothing when it has removed the record.
    using Present = std::function<void(const std::optional<StoredRow>&)>;
    /// As start(). On a conflict it first reads the record again and hands it to `present`; `done` hears of the
    /// conflict then. To remove what is not there any more is no conflict.
    void start(TokenStore& store, StoreChange change, Present present, TokenStore::Done done) {
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
    void read(TokenStore& store, StoredRow::Kind kind, const std::string& name, TokenStore::Read done) {
        const auto at = under_way_.emplace(under_way_.end());
        *at = store.read(kind, name, [this, at, done = std::move(done)](Result<std::optional<StoredRow>> row) {
            const auto ended = std::move(*at);
            const auto call = done;
            under_way_.erase(at);
            call(std::move(row));
        });
    }

    std::list<std::unique_ptr<StoreCommit>> under_way_;
};

}  // namespace agent
