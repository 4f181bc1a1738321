// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/events.h"
#include "io/process/hook_runner.h"

namespace agent {

/// Runs the operator's program when an account comes to need a person (cliod.json(5), hooks.on_login_required).
class LoginHook {
  public:
    using AppOf = std::function<std::string(const std::string& account)>;

    /// `arguments` is the program and what it is given; without any, nothing is run.
    LoginHook(Events& events, AppOf app_of, HookRunner& runner, std::vector<std::string> arguments,
              std::string socket_path);

    void set_program(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }

  private:
    void run(const Event& event);

    AppOf app_of_;
    HookRunner& runner_;
    std::vector<std::string> arguments_;
    std::string socket_path_;
    Events::Subscription events_;
};

/// What a hook that speaks to a desktop needs of this process's environment, and nothing else of it.
[[nodiscard]] std::vector<std::string> desktop_environment();

}  // namespace agent
