// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <set>
#include <string>

#include "simulation/callers.h"

namespace agent::sim {

/// Operators who restore accounts from a backup, whose app is not here, and register apps that nobody uses, at any step
/// of what else happens. What was acknowledged is there from then on and opens, until its removal is asked for.
class Deposits {
  public:
    Deposits(const Surroundings& around, Findings& findings, Random random);

    void start();
    void change_soon();
    /// All of it is there, as `daemon` has it in memory.
    void check(Daemon& daemon) const;

  private:
    void change();
    void restore();
    void remove_account();
    void put_app();
    void remove_app();

    const Surroundings& around_;
    Findings& findings_;
    Random random_;
    Sealer backup_;
    int made_ = 0;
    std::set<std::string> accounts_;
    std::set<std::string> apps_;
};

}  // namespace agent::sim
