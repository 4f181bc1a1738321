// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <stdexcept>

#include "base/fd.h"
#include "io/loop/event_loop.h"

namespace fakes {

/// While this lives the process gets no further file descriptor (EMFILE). UBSan needs one when it meets a class for the
/// first time, so let it meet them all before.
class NoDescriptors {
  public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit none{.rlim_cur = static_cast<rlim_t>(lowest_free_.get() + 1), .rlim_max = before_.rlim_max};
        if (!lowest_free_ || ::setrlimit(RLIMIT_NOFILE, &none) != 0) throw std::runtime_error("setrlimit");
    }
    ~NoDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    agent::Fd lowest_free_{::dup(STDIN_FILENO)};
    rlimit before_{};
};

/// How often the loop wakes up within `time`; one that spins does so some hundred thousand times a second.
[[nodiscard]] inline int turns_within(agent::EventLoop& loop, agent::Duration time) {
    int turns = 0;
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
        const timeval rest{0, 50'000};
        event_base_loopexit(loop.base(), &rest);
        event_base_loop(loop.base(), EVLOOP_ONCE);
        ++turns;
    }
    return turns;
}

}  // namespace fakes
