// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/accounts/account_book.h"
#include "core/oauth/app.h"
#include "simulation/faults.h"
#include "simulation/sim_server.h"
#include "simulation/sim_store.h"

namespace agent::sim {

/// Until then the apps are registered, and nothing goes wrong.
inline constexpr BootTime kFaultsFrom = BootTime(std::chrono::minutes(1));

struct AppPlan {
    std::string name;
    Product product = Product::kManage;
    Region region = Region::kUs;
    ClientAuth client_auth = ClientAuth::kBody;
    ServerPolicy policy;

    [[nodiscard]] App app() const;
};

struct AccountPlan {
    std::string name;
    int app = 0;
};

/// Something that happens to the machine.
struct Upset {
    enum class What { kSleep, kStepClock, kSetClockRight };
    BootTime at;
    What what = What::kSleep;
    Duration by{0};
};

/// How often the callers do what they do, on average.
struct Habits {
    Duration call;      // a script asks for a token
    Duration burst;     // many scripts do, all at once
    Duration refresh;   // an operator wants a refresh
    Duration put_app;   // an operator registers an app again
    Duration look;      // a person looks whether a login is needed
    Duration login;     // a person logs in although it is not
    Duration logout;    // an operator removes an account
    Duration withdraw;  // a person ends the grant at Clio
};

/// Everything that one seed decides in advance.
struct Scenario {
    BootTime end;
    std::vector<AppPlan> apps;
    std::vector<AccountPlan> accounts;
    AccountBook::Options options;
    Faults::Plan faults;
    std::vector<DiskSpell> disk;
    std::vector<Upset> upsets;
    /// For some hours the servers issue tokens that live for minutes.
    std::optional<Spell> short_lives;
    Duration short_lifetime{0};
    /// The chance that the process dies after a step; it is greater while something is in progress.
    double crash_rate = 0.0;
    Habits habits;
    /// The chance that somebody comes with a wish just when an account is being refreshed.
    double bustle = 0.0;
};

[[nodiscard]] Scenario draw_scenario(std::uint64_t seed, int days);

}  // namespace agent::sim
