// SPDX-License-Identifier: Apache-2.0
#include "app/start/places.h"

#include <unistd.h>

#include <cstdlib>

namespace agent {

namespace {

/// Empty unless the variable is set to an absolute path.
std::string path_from_environment(const char* variable) {
    const char* value = std::getenv(variable);
    return value == nullptr || value[0] != '/' ? "" : value;
}

/// $`variable`, otherwise `below_home` in the home directory, otherwise empty.
std::string xdg_folder(const char* variable, const char* below_home) {
    if (std::string folder = path_from_environment(variable); !folder.empty()) return folder;
    const std::string home = path_from_environment("HOME");
    return home.empty() ? "" : home + below_home;
}

/// Whether this is a user's own daemon, which does not use the system's socket.
bool is_of_a_session() {
    return ::geteuid() != 0 && !path_from_environment("XDG_RUNTIME_DIR").empty();
}

}  // namespace

std::vector<std::string> config_places() {
    std::vector<std::string> places;
    if (const std::string folder = xdg_folder("XDG_CONFIG_HOME", "/.config"); !folder.empty()) {
        places.push_back(folder + "/cliod/cliod.json");
    }
    if (!is_of_a_session()) places.emplace_back("/etc/cliod/cliod.json");
    return places;
}

Result<std::string> state_place() {
    if (const std::string folders = path_from_environment("STATE_DIRECTORY"); !folders.empty()) {
        return folders.substr(0, folders.find(':'));  // systemd lists all of them; ours is the first
    }
    if (const std::string folder = xdg_folder("XDG_STATE_HOME", "/.local/state"); !folder.empty()) {
        return folder + "/cliod";
    }
    return fail(Error::Code::kBadRequest, "state directory: $HOME is not set; use --state-dir");
}

std::string socket_place() {
    const std::string folder = path_from_environment("XDG_RUNTIME_DIR");
    return (folder.empty() ? "/run" : folder) + "/cliod/agent.sock";
}

}  // namespace agent
