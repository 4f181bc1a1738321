// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <vector>

#include "base/fd.h"

namespace agent {

/// Holds back, for good, the signals that run_beside() deals with, so that none comes before it does. Those that are
/// ignored, as SIGHUP under nohup(1), stay so.
class HeldSignals {
  public:
    HeldSignals();

    /// What was held back before.
    [[nodiscard]] const sigset_t& mask_before() const noexcept { return before_; }
    /// One that would have ended the process, had it not been held back.
    [[nodiscard]] std::optional<int> pending() const;
    /// A signalfd(2) for them.
    [[nodiscard]] const Fd& fd() const noexcept { return fd_; }

  private:
    sigset_t held_;
    sigset_t before_;
    Fd fd_;
};

/// Runs `command` (argv, without the null at its end) and waits for it; then ends the child process `agent` and waits
/// for that too, so that it comes to an orderly end even where this is the first process of a container.
///
/// A signal that another process sends is passed on to the command. One that the terminal sends has reached it already.
/// One that came before the command could be started keeps it from being started. Returns the exit status as env(1) and
/// shells have it: the command's own, 128+n, 127 or 126.
[[nodiscard]] int run_beside(pid_t agent, std::vector<char*> command, const HeldSignals& signals);

}  // namespace agent
