// SPDX-License-Identifier: Apache-2.0
#include "lib/socket/socket_path.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

namespace agent {

namespace {

constexpr const char* kSystemSocket = "/run/cliod/agent.sock";
constexpr std::string_view kInRuntimeDirectory = "/cliod/agent.sock";

std::string value_of(const Surroundings& surroundings, const char* name) {
    const char* value = surroundings.variable(name);
    return value == nullptr ? std::string() : std::string(value);
}

bool may_exist(const std::string& path) {
    struct stat found {};
    // If a directory cannot be searched, assume that the socket exists.
    return ::lstat(path.c_str(), &found) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

}  // namespace

Surroundings Surroundings::real() {
    return {.variable = [](const char* name) -> const char* { return ::secure_getenv(name); }, .exists = may_exist};
}

std::string find_socket(std::string_view chosen, const Surroundings& surroundings) {
    if (!chosen.empty()) return std::string(chosen);
    std::string named = value_of(surroundings, "CLIO_AGENT_SOCK");
    if (!named.empty()) return named;
    std::string own = value_of(surroundings, "XDG_RUNTIME_DIR");
    // The XDG Base Directory Specification says to ignore relative paths.
    if (!own.starts_with('/')) return kSystemSocket;
    own += kInRuntimeDirectory;
    if (!surroundings.exists(own) && surroundings.exists(kSystemSocket)) return kSystemSocket;
    return own;
}

std::optional<std::string> default_account(const Surroundings& surroundings) {
    std::string account = value_of(surroundings, "CLIO_ACCOUNT");
    if (account.empty()) return std::nullopt;
    return account;
}

}  // namespace agent
