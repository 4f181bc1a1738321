// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

#include "app/options.h"
#include "base/fd.h"
#include "base/result.h"

namespace agent {

/// A spawned daemon's message to the process that spawned it and waits for it.
class StartReport {
  public:
    explicit StartReport(Fd to) noexcept : to_(std::move(to)) {}

    /// Fails with kInternal if that process is gone: then nobody knows about this daemon.
    [[nodiscard]] Result<void> serving(const std::string& socket_path);
    void failed(const std::string& message);

  private:
    [[nodiscard]] bool send(char outcome, const std::string& text);

    Fd to_;
};

/// `cliod --spawn`: forks. The child leaves the caller's session, terminal, working directory and open files, runs
/// `daemon` and returns its result.
///
/// In the parent, once the child is ready: without a command, prints shell code to reach it, and returns. With a
/// command, runs it with the same variables set, then ends the daemon; returns the command's exit status, 128+n if
/// signal n killed it, 127 if there is no such program, 126 if it cannot be run. If the daemon cannot start, says why
/// on standard error and returns 1.
///
/// If these options name an agent that runs already, that is used instead, and left when the command ends.
int spawn_daemon(const Options& options, const std::function<int(StartReport&)>& daemon);

}  // namespace agent
