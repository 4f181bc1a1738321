// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/apps/apps.h"
#include "fakes/owed_answers.h"

namespace fakes {

/// Apps that the test sets; changes are recorded and owed until the test answers.
class FakeApps final : public agent::Apps {
  public:
    std::map<std::string, agent::App, std::less<>> held;
    std::vector<agent::UnreadableApp> damaged;
    agent::App put_last;
    bool grants_replaced = false;
    std::string removed_last;
    OwedAnswers<agent::Result<void>> changes;

    [[nodiscard]] std::vector<agent::AppFacts> list() const override {
        std::vector<agent::AppFacts> all;
        for (const auto& [name, app] : held)
            all.push_back({.app = app.clone(), .from_configuration = true, .accounts = 2});
        return all;
    }

    [[nodiscard]] std::vector<agent::UnreadableApp> unreadable() const override { return damaged; }

    [[nodiscard]] agent::Result<agent::AppFacts> facts(std::string_view name) const override {
        const auto found = held.find(name);
        if (found == held.end()) return agent::fail(agent::Error::Code::kNotFound, "no such app");
        return agent::AppFacts{.app = found->second.clone(), .from_configuration = true, .accounts = 2};
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> put(agent::App app, bool replace_grants, Done done) override {
        put_last = std::move(app);
        grants_replaced = replace_grants;
        return changes.add(std::move(done));
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> remove(std::string_view name, Done done) override {
        removed_last = name;
        return changes.add(std::move(done));
    }
};

}  // namespace fakes
