// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/events.h"
#include "io/process/start_program.h"

namespace agent {

/// Runs the operator's program when an account starts to need a login (cliod.json(5), hooks.on_login_required).
class LoginHook {
  public:
    using AppOf = std::function<std::string(const std::string& account)>;

    using Run = std::function<void(Program program)>;

    /// `arguments` is the program and its arguments; if empty, nothing is run.
    LoginHook(Events& events, AppOf app_of, Run run, std::vector<std::string> arguments, std::string socket_path);

    void set_program(std::vector<std::string> arguments) { arguments_ = std::move(arguments); }

  private:
    void report(const Event& event);

    AppOf app_of_;
    Run run_;
    std::vector<std::string> arguments_;
    std::string socket_path_;
    Events::Subscription events_;
};

/// The variables of this process's environment that a desktop hook needs, and no others.
[[nodiscard]] std::vector<std::string> desktop_environment();

}  // namespace agent
