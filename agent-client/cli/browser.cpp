// SPDX-License-Identifier: Apache-2.0
#include "cli/browser.h"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <vector>

namespace agent {

namespace {

std::string_view variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string_view() : std::string_view(value);
}

/// The parts of `text` between separators; empty ones are left out.
std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::size_t end = text.find(separator);
        if (end != 0) parts.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return parts;
}

std::vector<std::string> with_url(std::vector<std::string> words, const std::string& url) {
    bool placed = false;
    for (std::string& word : words) {
        const std::size_t at = word.find("%s");
        if (at == std::string::npos) continue;
        word.replace(at, 2, url);
        placed = true;
    }
    if (!placed) words.push_back(url);
    return words;
}

/// True if the program could be executed. It gets a new session and no terminal: its output would mix with ours, and
/// Ctrl-C is meant for us.
bool start(std::vector<std::string> words, const sigset_t& signal_mask) {
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawnattr_init(&attributes);
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        ::posix_spawn_file_actions_addopen(&files, fd, "/dev/null", O_RDWR, 0);
    }
    ::posix_spawnattr_setsigmask(&attributes, &signal_mask);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
    pid_t child = 0;
    const int error = ::posix_spawnp(&child, argv.front(), &files, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&files);
    return error == 0;
}

}  // namespace

std::optional<uid_t> desktop_user() {
    for (const char* name : {"SUDO_UID", "PKEXEC_UID"}) {
        const std::string_view text = variable(name);
        uid_t caller = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), caller);
        if (!text.empty() && error == std::errc() && end == text.data() + text.size() && caller != ::geteuid())
            return caller;
    }
    return std::nullopt;
}

bool open_browser(const std::string& url, const sigset_t& signal_mask) {
    if (::getuid() != ::geteuid() || desktop_user()) return false;
    for (const std::string& command : split(variable("BROWSER"), ':')) {
        std::vector<std::string> words = split(command, ' ');
        if (!words.empty() && start(with_url(std::move(words), url), signal_mask)) return true;
    }
    // Without a display xdg-open falls back to terminal browsers, but it gets no terminal.
    const bool display = !variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty();
    return display && start({"xdg-open", url}, signal_mask);
}

}  // namespace agent
