// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "fakes/fake_token_store.h"
#include "ports/store_witness.h"

namespace fakes {

/// Sees what is durable in a FakeTokenStore whenever the test says so.
class FakeStoreWitness : public agent::StoreWitness {
  public:
    explicit FakeStoreWitness(FakeTokenStore& store) : store_(store) {}

    void look() {
        for (const auto& [key, row] : store_.rows()) seen_[key] = std::max(seen_[key], row.generation);
    }
    void refuse(std::optional<agent::Error> error) { refusal_ = std::move(error); }
    [[nodiscard]] int repairs() const { return repairs_; }

    [[nodiscard]] agent::Result<std::vector<agent::SeenRecord>> seen() override {
        std::vector<agent::SeenRecord> all;
        for (const auto& [key, generation] : seen_)
            all.push_back({.kind = key.first, .name = key.second, .generation = generation});
        return all;
    }
    [[nodiscard]] agent::Result<void> repair(const std::vector<agent::StoreChange>& changes) override {
        if (refusal_) return tl::unexpected(*refusal_);
        ++repairs_;
        for (const agent::StoreChange& change : changes) {
            const FakeTokenStore::Key key{change.row.kind, change.row.name};
            if (change.action == agent::StoreChange::Action::kPut)
                store_.rows()[key] = change.row;
            else
                store_.rows().erase(key);
        }
        seen_.clear();
        look();
        return {};
    }

  private:
    FakeTokenStore& store_;
    std::map<FakeTokenStore::Key, std::uint64_t> seen_;
    std::optional<agent::Error> refusal_;
    int repairs_ = 0;
};

}  // namespace fakes
