// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_path.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace agent {

namespace {

constexpr const char* kSystemSocket = "/run/cliod/agent.sock";
constexpr std::string_view kInRuntimeDirectory = "/cliod/agent.sock";

bool may_exist(const std::string& path) {
    struct stat found {};
    // If a directory cannot be searched, assume that the socket exists.
    return ::lstat(path.c_str(), &found) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

std::optional<uid_t> owner_of(const std::string& folder) {
    struct stat found {};
    if (::stat(folder.c_str(), &found) != 0) return std::nullopt;
    return found.st_uid;
}

/// $XDG_RUNTIME_DIR if it is this user's. The XDG Base Directory Specification says to ignore relative paths, and that
/// the folder must be the user's own: su(1) and sudo(8) may leave that of somebody else there.
std::string session_directory(const Surroundings& surroundings) {
    std::string folder = surroundings.value_of("XDG_RUNTIME_DIR");
    if (!folder.starts_with('/')) return {};
    const auto owner = surroundings.owner(folder);
    return owner && *owner != surroundings.uid ? std::string() : folder;
}

/// Where systemd-logind makes it, also for those of the user's processes that are in no session.
std::string usual_directory(const Surroundings& surroundings) {
    return "/run/user/" + std::to_string(surroundings.uid);
}

/// How this user starts an agent.
std::string way_to_start(const Surroundings& surroundings) {
    if (surroundings.uid == 0 && surroundings.exists("/run/systemd/system")) return "'systemctl start cliod.socket'";
    const std::string session = session_directory(surroundings);
    const std::string folder = session.empty() ? usual_directory(surroundings) : session;
    if (surroundings.exists(folder + "/systemd")) return "'systemctl --user start cliod.socket'";
    return "'eval \"$(cliod --spawn)\"'";
}

}  // namespace

std::string Surroundings::value_of(const char* name) const {
    const char* value = variable(name);
    return value == nullptr ? std::string() : std::string(value);
}

Surroundings Surroundings::real() {
    return {.variable = [](const char* name) -> const char* { return ::secure_getenv(name); },
            .exists = may_exist,
            .owner = owner_of,
            .uid = ::geteuid()};
}

std::vector<std::string> socket_places(const Surroundings& surroundings) {
    std::string folder = session_directory(surroundings);
    if (folder.empty()) folder = usual_directory(surroundings);
    return {folder.append(kInRuntimeDirectory), kSystemSocket};
}

std::string find_socket(std::string_view chosen, const Surroundings& surroundings) {
    if (!chosen.empty()) return std::string(chosen);
    std::string named = surroundings.value_of("CLIO_AGENT_SOCK");
    if (!named.empty()) return named;
    std::vector<std::string> places = socket_places(surroundings);
    const auto found = std::find_if(places.begin(), places.end(), surroundings.exists);
    if (found != places.end()) return *found;
    return session_directory(surroundings).empty() ? places.back() : places.front();
}

std::string advice_without_agent(const std::string& path, const Surroundings& surroundings) {
    if (path == surroundings.value_of("CLIO_AGENT_SOCK"))
        return "nobody listens at " + path +
               ", which CLIO_AGENT_SOCK names; unset it to use the usual places, or start an agent there with "
               "'cliod --socket " +
               path + "'";
    const std::vector<std::string> places = socket_places(surroundings);
    if (std::find(places.begin(), places.end(), path) == places.end())
        return "nobody listens at " + path + "; start an agent there with 'cliod --socket " + path + "'";
    std::string tried;
    for (const std::string& place : places) tried.append(tried.empty() ? "" : " or ").append(place);
    return "nobody listens at " + tried + "; start the agent with " + way_to_start(surroundings) +
           ", or name its socket in CLIO_AGENT_SOCK";
}

}  // namespace agent
