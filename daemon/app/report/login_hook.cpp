// SPDX-License-Identifier: Apache-2.0
#include "app/report/login_hook.h"

#include <cstdlib>
#include <utility>

namespace agent {

LoginHook::LoginHook(Events& events, AppOf app_of, Run run, std::vector<std::string> arguments, std::string socket_path)
    : app_of_(std::move(app_of)),
      run_(std::move(run)),
      arguments_(std::move(arguments)),
      socket_path_(std::move(socket_path)),
      events_(events, [this](const Event& event) {
          if (event.kind == EventKind::kLoginRequired && !arguments_.empty()) report(event);
      }) {}

void LoginHook::report(const Event& event) {
    Program program{.arguments = arguments_, .environment = desktop_environment()};
    const auto tell = [&](const char* name, const std::string& value) {
        program.environment.push_back(std::string(name) + "=" + value);
    };
    tell("CLIO_EVENT", std::string(word_of(kEventKinds, event.kind)));
    tell("CLIO_ACCOUNT", event.account);
    tell("CLIO_APP", app_of_(event.account));
    tell("CLIO_REASON", event.detail);
    tell("CLIO_NEXT_STEP", "clioctl login " + event.account);
    tell("CLIO_AGENT_SOCK", socket_path_);
    run_(std::move(program));
}

std::vector<std::string> desktop_environment() {
    std::vector<std::string> environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
    for (const char* name : {"HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "LC_MESSAGES", "XDG_RUNTIME_DIR",
                             "DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "WAYLAND_DISPLAY", "XAUTHORITY"}) {
        if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
    }
    return environment;
}

}  // namespace agent
