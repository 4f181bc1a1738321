// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <csignal>
#include <span>

#include "base/fd.h"
#include "lib/failure.h"

namespace agent {

/// The signals that end a program.
inline constexpr std::array kEndingSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/// Holds back `signals` while it lives, so that we can clean up first. Those that arrive meanwhile take effect
/// afterwards. Ignored signals, such as SIGHUP under nohup(1), stay ignored.
class SignalWatch {
  public:
    [[nodiscard]] static Reply<SignalWatch> begin(std::span<const int> signals = kEndingSignals);
    ~SignalWatch();
    SignalWatch(SignalWatch&&) noexcept = default;
    SignalWatch& operator=(SignalWatch&&) = delete;
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

    /// Readable once a signal has arrived. Nobody reads it, so that the signal stays pending.
    [[nodiscard]] int fd() const noexcept { return fd_.get(); }
    /// Whether one of `signals` has arrived.
    [[nodiscard]] static bool has_arrived(std::span<const int> signals);
    /// The previous mask, for a child.
    [[nodiscard]] const sigset_t& mask_before() const noexcept { return before_; }

  private:
    SignalWatch(Fd fd, const sigset_t& before) noexcept : fd_(std::move(fd)), before_(before) {}

    Fd fd_;
    sigset_t before_;
};

}  // namespace agent
