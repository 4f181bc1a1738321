// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "ports/token_store.h"

namespace agent {

/// A store that tells how the disk is: calls `outcome` after each commit, and each failed read, before its own `done`.
/// Not for a conflict, which says nothing about the disk. The store outlives it; it outlives its commits.
class WatchedStore final : public TokenStore {
  public:
    WatchedStore(TokenStore& store, std::function<void(const Result<void>&)> outcome)
        : store_(store), outcome_(std::move(outcome)) {}

    [[nodiscard]] Result<void> load(const std::function<void(StoredRow)>& each) override { return store_.load(each); }
    [[nodiscard]] std::unique_ptr<StoreCommit> read(StoredRow::Kind kind, std::string name, Read done) override {
        return store_.read(kind, std::move(name), [this, done = std::move(done)](Result<std::optional<StoredRow>> row) {
            if (!row) outcome_(tl::unexpected(row.error()));
            done(std::move(row));
        });
    }
    [[nodiscard]] std::unique_ptr<StoreCommit> commit(StoreChange change, Done done) override {
        return store_.commit(std::move(change), [this, done = std::move(done)](Result<void> result) {
            if (result || result.error().code != Error::Code::kConflict) outcome_(result);
            done(std::move(result));
        });
    }

  private:
    TokenStore& store_;
    std::function<void(const Result<void>&)> outcome_;
};

}  // namespace agent
