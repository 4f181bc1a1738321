// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "simulation/callers.h"

namespace agent::sim {

/// Those whose grants the agent holds: they log in, by a browser that shows the code, and log out; and sometimes they
/// end a grant at Clio without a word. They rest when the faults have ended.
class People {
  public:
    People(const Surroundings& around, Random random) : around_(around), random_(random) {}

    void start();
    /// Somebody logs in to or out of an account that is being refreshed just now.
    void disturb(const std::string& account);

  private:
    void repeat(Duration mean, const std::function<void()>& act);
    [[nodiscard]] const AccountPlan& anybody();

    [[nodiscard]] Duration thinking_time();
    void look(const AccountPlan& plan);
    void log_in(const AccountPlan& plan, Duration in_browser);
    void answer_in_browser(const AccountPlan& plan, const LoginState& login);
    void paste(const AccountPlan& plan, const LoginState& login, const std::string& url, int grant);
    void log_out(const AccountPlan& plan);
    void withdraw(const AccountPlan& plan);

    const Surroundings& around_;
    Random random_;
};

}  // namespace agent::sim
