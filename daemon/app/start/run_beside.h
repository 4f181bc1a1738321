// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <csignal>
#include <optional>
#include <string>
#include <vector>

#include "base/fd.h"

namespace agent {

/// Blocks the signals that run_beside() handles, permanently, so that none arrives before it starts. Ignored signals,
/// such as SIGHUP under nohup(1), stay ignored.
class HeldSignals {
  public:
    HeldSignals();

    /// The previous signal mask.
    [[nodiscard]] const sigset_t& mask_before() const noexcept { return before_; }
    /// A pending signal that would have ended the process.
    [[nodiscard]] std::optional<int> pending() const;
    /// A signalfd(2) for them.
    [[nodiscard]] const Fd& fd() const noexcept { return fd_; }

  private:
    sigset_t held_;
    sigset_t before_;
    Fd fd_;
};

/// Runs `command` (argv, without the final null) and waits for it; then ends the child process `agent` and waits for
/// that too, so that it ends cleanly even if this is the first process of a container.
///
/// Forwards signals sent by other processes to the command; those from the terminal have already reached it. A signal
/// that arrives before the command starts prevents the start. Returns the exit status like env(1) and shells: the
/// command's own, 128+n, 127 or 126.
[[nodiscard]] int run_beside(pid_t agent, const std::vector<std::string>& command, const HeldSignals& signals);

}  // namespace agent
