// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "simulation/callers.h"
#include "simulation/deposits.h"
#include "simulation/key_holders.h"
#include "simulation/key_rotation.h"
#include "simulation/locking.h"
#include "simulation/people.h"
#include "simulation/sabotage.h"
#include "simulation/sim_entropy.h"
#include "simulation/sim_key_store.h"

namespace agent::sim {

struct RunOptions {
    std::uint64_t seed = 0;
    int days = 30;
    bool trace = false;
    const Sabotage* sabotage = nullptr;
};

/// Codes are pasted here, so that nothing is ever listened for.
class NoRedirects : public RedirectListener {
  public:
    Result<std::unique_ptr<RedirectListening>> listen(const Url&, Expects, OnVisit) override { std::abort(); }
};

/// One seed's world, from its first day to its last.
class Simulation {
  public:
    explicit Simulation(const RunOptions& options);
    ~Simulation();
    Simulation(const Simulation&) = delete;
    Simulation& operator=(const Simulation&) = delete;

    /// Runs it to the end, or until something that must hold does not: then says what.
    [[nodiscard]] std::optional<std::string> run();
    [[nodiscard]] const Statistics& statistics() const { return statistics_; }

  private:
    void boot();
    [[nodiscard]] Result<void> unlock(DataKeys keys);
    void build(DataKeys keys);
    void rotate(SealingKey next);
    void crash();
    void end(Duration took);
    void end_process(bool breaks_off);
    void boot_after(Duration down);
    void maybe_crash();
    void happen(const Upset& upset);
    void schedule_upsets();

    Random crashes_;
    Random bustle_;
    Trace trace_;
    Statistics statistics_;
    Scenario scenario_;
    Sealer stored_keys_;
    Sealer sealer_;
    EventQueue events_;
    SimClock clock_;
    SimTimers timers_;
    SimEntropy entropy_;
    SimServer server_;
    Faults faults_;
    Invariants invariants_;
    SimNetwork network_;
    SimStore store_;
    SimKeyStore key_store_;
    NoRedirects listener_;
    Waits waits_;
    std::vector<std::shared_ptr<void>> sabotaged_;
    World world_;
    std::unique_ptr<Daemon> daemon_;
    Surroundings around_;
    Callers callers_;
    People people_;
    Deposits deposits_;
    KeyStore& sabotaged_keys_;
    KeyRotation rotation_;
    KeyHolders holders_;
    Locking locking_;
    bool is_hasty_;
};

}  // namespace agent::sim
