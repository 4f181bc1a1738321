// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_path.h"

#include <sys/stat.h>

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

}  // namespace

std::string Surroundings::value_of(const char* name) const {
    const char* value = variable(name);
    return value == nullptr ? std::string() : std::string(value);
}

Surroundings Surroundings::real() {
    return {.variable = [](const char* name) -> const char* { return ::secure_getenv(name); }, .exists = may_exist};
}

std::string find_socket(std::string_view chosen, const Surroundings& surroundings) {
    if (!chosen.empty()) return std::string(chosen);
    std::string named = surroundings.value_of("CLIO_AGENT_SOCK");
    if (!named.empty()) return named;
    std::string own = surroundings.value_of("XDG_RUNTIME_DIR");
    // The XDG Base Directory Specification says to ignore relative paths.
    if (!own.starts_with('/')) return kSystemSocket;
    own += kInRuntimeDirectory;
    if (!surroundings.exists(own) && surroundings.exists(kSystemSocket)) return kSystemSocket;
    return own;
}

}  // namespace agent
