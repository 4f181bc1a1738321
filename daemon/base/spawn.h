// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <spawn.h>

#include <csignal>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace agent {

/// Null-terminated pointers into `words`, for exec(3), which does not modify them despite its signature.
[[nodiscard]] std::vector<char*> exec_pointers(const std::vector<std::string>& words);

/// What a new process starts with, for posix_spawn(3). What is not said here is inherited. Descriptors change in the
/// order of the calls.
class SpawnSetup {
  public:
    SpawnSetup();
    ~SpawnSetup();
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    void open_null(int fd);
    void duplicate(int own, int as);
    void close_from(int lowest);
    void block_only(const sigset_t& signals);
    /// No signal is ignored.
    void default_signals();
    /// And a process group, both with the new process's id.
    void new_session();

    /// The new process, or the errno of starting it. words[0] is looked up in PATH unless it has a slash.
    [[nodiscard]] tl::expected<pid_t, int> start(const std::vector<std::string>& words, char* const* environment) const;

  private:
    void add_flag(short flag);

    posix_spawn_file_actions_t files_{};
    posix_spawnattr_t attributes_{};
};

}  // namespace agent
