// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <csignal>

#include "base/fd.h"
#include "lib/failure.h"

namespace agent {

/// Holds back SIGINT, SIGTERM, SIGHUP and SIGQUIT while it lives, so that something can be put right first. What came
/// in the meantime then has its usual effect. Signals that are ignored, as SIGHUP under nohup(1), stay so.
class SignalWatch {
  public:
    [[nodiscard]] static Reply<SignalWatch> begin();
    ~SignalWatch();
    SignalWatch(SignalWatch&&) noexcept = default;
    SignalWatch& operator=(SignalWatch&&) = delete;
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    /// Readable once one of them has come. Nobody reads it, so that the signal stays pending.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// What they were before: for the mask of a child.
    [[nodiscard]] const sigset_t& mask_before() const noexcept { return before_; }

  private:
    SignalWatch(Fd fd, const sigset_t& before) noexcept : fd_(std::move(fd)), before_(before) {}

    Fd fd_;
    sigset_t before_;
};

}  // namespace agent
