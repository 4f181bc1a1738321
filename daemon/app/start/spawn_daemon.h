// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace agent {

/// A spawned daemon's word to the process that spawned it, which waits for it.
class StartReport {
  public:
    explicit StartReport(Fd to) noexcept : to_(std::move(to)) {}

    /// Fails with kInternal when nobody waits any more: then nobody knows of this daemon either.
    [[nodiscard]] Result<void> serving(const std::string& socket_path);
    void failed(const std::string& message);

  private:
    [[nodiscard]] bool send(char outcome, const std::string& text);

    Fd to_;
};

/// `cliod --spawn`: splits the process. The child leaves session, terminal, folder and all open files of the caller
/// and runs `daemon`; what that returns is returned there.
///
/// In the parent, once the child serves: without a command, prints what a shell evaluates to reach it, and returns.
/// With one, runs that with the same variables set, and ends the daemon after it; returns the command's exit status,
/// 128+n when signal n killed it, 127 when there is no such program, 126 when it cannot be run. When the daemon cannot
/// start, says why on standard error and returns 1.
int spawn_daemon(std::vector<char*> command, const std::function<int(StartReport&)>& daemon);

}  // namespace agent
