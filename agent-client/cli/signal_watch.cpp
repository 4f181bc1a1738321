// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_watch.h"

#include <sys/signalfd.h>

#include <algorithm>
#include <cerrno>

namespace agent {

Reply<SignalWatch> SignalWatch::begin(std::span<const int> signals) {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int signal : signals) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&watched, signal);
    }
    Fd fd(::signalfd(-1, &watched, SFD_CLOEXEC));
    if (!fd) return fail_errno("signalfd", errno);
    sigset_t before;
    if (::sigprocmask(SIG_BLOCK, &watched, &before) != 0) return fail_errno("sigprocmask", errno);
    return SignalWatch(std::move(fd), before);
}

bool SignalWatch::has_arrived(std::span<const int> signals) {
    sigset_t pending;
    if (::sigpending(&pending) != 0) return false;
    return std::ranges::any_of(signals, [&](int signal) { return sigismember(&pending, signal) == 1; });
}

SignalWatch::~SignalWatch() {
    if (fd_) ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace agent
