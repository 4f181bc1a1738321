// SPDX-License-Identifier: Apache-2.0
#include "app/start/places.h"

#include <sys/stat.h>
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

/// $XDG_RUNTIME_DIR if it is this user's, otherwise /run/user/UID if it is there; otherwise empty. su(1) and sudo(8)
/// may leave the folder of somebody else's session in the environment; cron(8) leaves none.
std::string runtime_folder() {
    struct stat found {};
    std::string folder = path_from_environment("XDG_RUNTIME_DIR");
    const bool is_there = !folder.empty() && ::stat(folder.c_str(), &found) == 0;
    if (!folder.empty() && (!is_there || found.st_uid == ::geteuid())) return folder;
    folder = "/run/user/" + std::to_string(::geteuid());
    return ::stat(folder.c_str(), &found) == 0 && found.st_uid == ::geteuid() ? folder : std::string();
}

/// Whether this is a user's own daemon, which does not use the system's socket.
bool is_a_users() {
    return ::geteuid() != 0 && !runtime_folder().empty();
}

}  // namespace

std::vector<std::string> config_places() {
    std::vector<std::string> places;
    if (const std::string folder = xdg_folder("XDG_CONFIG_HOME", "/.config"); !folder.empty()) {
        places.push_back(folder + "/cliod/cliod.json");
    }
    if (!is_a_users()) places.emplace_back("/etc/cliod/cliod.json");
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

Result<std::string> socket_place() {
    // Root's own agent that was started outside of a session must not go with the next session that ends.
    const std::string folder = ::geteuid() == 0 ? path_from_environment("XDG_RUNTIME_DIR") : runtime_folder();
    const std::string place = (folder.empty() ? "/run" : folder) + "/cliod/agent.sock";
    if (folder.empty() && ::access("/run/cliod", W_OK) != 0 && ::access("/run", W_OK) != 0)
        return fail(Error::Code::kBadRequest, "socket: XDG_RUNTIME_DIR is not set, and there is no /run/user/" +
                                                  std::to_string(::geteuid()) + "; choose a place with --socket PATH");
    return place;
}

}  // namespace agent
