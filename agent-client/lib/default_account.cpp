// SPDX-License-Identifier: Apache-2.0
#include "lib/default_account.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "base/fd.h"

namespace agent {

namespace {

constexpr std::size_t kMostRead = 128;  // a name has 64 characters at most

}  // namespace

std::string default_account_file(const Surroundings& surroundings) {
    constexpr const char* kFile = "/clio-agent/account";
    const std::string config = surroundings.value_of("XDG_CONFIG_HOME");
    if (config.starts_with('/')) return config + kFile;
    const std::string home = surroundings.value_of("HOME");
    return home.starts_with('/') ? home + "/.config" + kFile : std::string();
}

std::optional<std::string> chosen_account(const Surroundings& surroundings) {
    const std::string file = default_account_file(surroundings);
    if (file.empty()) return std::nullopt;
    const Fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!fd) return std::nullopt;
    std::array<char, kMostRead> text{};
    const ssize_t size = ::read(fd.get(), text.data(), text.size());
    if (size <= 0) return std::nullopt;
    std::string name(text.data(), static_cast<std::size_t>(size));
    name.erase(std::min(name.find_first_of("\r\n"), name.size()));
    if (name.empty()) return std::nullopt;
    return name;
}

std::optional<std::string> default_account(const Surroundings& surroundings) {
    std::string named = surroundings.value_of("CLIO_ACCOUNT");
    if (!named.empty()) return named;
    return chosen_account(surroundings);
}

}  // namespace agent
