// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "simulation/daemon.h"
#include "simulation/invariants.h"
#include "simulation/scenario.h"
#include "simulation/waits.h"

namespace agent::sim {

/// What all who use the agent share.
struct Surroundings {
    EventQueue& events;
    SimServer& server;
    Invariants& invariants;
    Waits& waits;
    const Scenario& scenario;
    Statistics& statistics;
    const Trace& trace;
    const Clock& clock;
    /// Null while it is down.
    std::function<Daemon*()> daemon;
    /// Has the data key rotated within a second, and more stored beside it.
    std::function<void()> rotate_soon;
};

/// Scripts that want tokens, and operators.
class Callers {
  public:
    Callers(const Surroundings& around, Random random) : around_(around), random_(random) {}

    /// Registers the apps and begins to live.
    void start();
    /// Somebody wants something of an account that is being refreshed just now.
    void disturb(const std::string& account);
    /// A registration has become durable; the accounts of the app may be refreshed at once.
    void app_registered(const StoredRow& row);

  private:
    [[nodiscard]] const std::string& any_account();

    void register_app(const AppPlan& plan);
    void ask_for_token(const std::string& account);
    void take_token(const std::string& account, const Result<IssuedToken>& token);
    void use(const IssuedToken& token);
    void report(const std::string& account, std::uint64_t generation, int status);
    void refresh(const std::string& account);
    void revive(const std::string& account);
    void reload();

    const Surroundings& around_;
    Random random_;
    std::map<std::string, std::uint64_t> registered_;  // the generation of each app
};

}  // namespace agent::sim
