// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/accounts/accounts.h"
#include "fakes/owed_answers.h"

namespace fakes {

/// Accounts whose facts, tokens and errors the test sets. What must be awaited is owed until the test answers.
class FakeAccounts final : public agent::Accounts {
  public:
    struct Report {
        std::string account;
        std::uint64_t generation;
        int status;
        std::uint32_t user;
    };

    // What the test sets.
    std::map<std::string, agent::AccountFacts, std::less<>> held;
    std::optional<agent::Error> error;  // of everything that can fail
    bool must_wait = false;             // a token calls for a refresh
    bool min_ttl_met = true;
    std::string token_prefix = "token-of-";  // the name of the account follows
    agent::AgentStatus agent_status;
    agent::ReportOutcome outcome = agent::ReportOutcome::kRefreshing;

    // What the test answers.
    OwedAnswers<agent::Result<agent::IssuedToken>> tokens;
    OwedAnswers<agent::Result<agent::AccountFacts>> refreshes;
    OwedAnswers<agent::Result<agent::AccountFacts>> revivals;
    OwedAnswers<agent::Result<void>> removals;

    // What was asked for last.
    agent::Duration min_ttl{};
    agent::Duration patience{};
    bool revoke = false;
    std::vector<Report> reports;

    void hold(std::string name) {
        agent::AccountFacts facts;
        facts.name = name;
        facts.app = "firm";
        facts.state = agent::AccountState::kReady;
        facts.generation = 7;
        facts.expires_at = agent::WallTime(std::chrono::seconds(1'800'003'600));
        held.emplace(std::move(name), std::move(facts));
    }

    [[nodiscard]] agent::IssuedToken token(std::string_view account) const {
        const agent::AccountFacts& facts = held.find(account)->second;
        return {.account = facts.name,
                .access_token = agent::SecretString(token_prefix + facts.name),
                .expires_at = facts.expires_at,
                .generation = facts.generation,
                .api_base = "https://app.clio.com/api/v4",
                .min_ttl_met = min_ttl_met,
                .state = facts.state,
                .reason = facts.reason};
    }

    [[nodiscard]] agent::Result<std::string> only_account() const override {
        using enum agent::Error::Code;
        if (held.empty()) return agent::fail(kNotFound, "no account");
        if (held.size() > 1) return agent::fail(kAccountAmbiguous, "several accounts");
        return held.begin()->first;
    }

    [[nodiscard]] std::vector<agent::AccountFacts> list() const override {
        std::vector<agent::AccountFacts> all;
        for (const auto& [name, facts] : held) all.push_back(facts);
        return all;
    }

    [[nodiscard]] agent::Result<agent::AccountFacts> facts(std::string_view account) const override {
        AGENT_CHECK(check(account));
        return held.find(account)->second;
    }

    [[nodiscard]] agent::AgentStatus status() const override { return agent_status; }

    [[nodiscard]] std::optional<agent::Result<agent::IssuedToken>> token_now(std::string_view account,
                                                                             agent::Duration ttl) override {
        min_ttl = ttl;
        if (auto checked = check(account); !checked) return tl::unexpected(checked.error());
        if (must_wait) return std::nullopt;
        return token(account);
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> await_token(std::string_view, agent::Duration, agent::Duration most,
                                                              TokenDone done) override {
        patience = most;
        return tokens.add(std::move(done));
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> refresh(std::string_view, agent::Duration most,
                                                          FactsDone done) override {
        patience = most;
        return refreshes.add(std::move(done));
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> revive(std::string_view, agent::Duration most,
                                                         FactsDone done) override {
        patience = most;
        return revivals.add(std::move(done));
    }

    [[nodiscard]] agent::Result<agent::ReportOutcome> report(std::string_view account, std::uint64_t generation,
                                                             int http_status, std::uint32_t user) override {
        AGENT_CHECK(check(account));
        reports.push_back({std::string(account), generation, http_status, user});
        return outcome;
    }

    [[nodiscard]] std::unique_ptr<agent::Waiting> remove(std::string_view, bool at_clio, agent::Duration most,
                                                         Done done) override {
        patience = most;
        revoke = at_clio;
        return removals.add(std::move(done));
    }

  private:
    [[nodiscard]] agent::Result<void> check(std::string_view account) const {
        if (error) return tl::unexpected(*error);
        if (held.find(account) == held.end()) return agent::fail(agent::Error::Code::kNotFound, "no such account");
        return {};
    }
};

}  // namespace fakes
