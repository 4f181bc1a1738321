// SPDX-License-Identifier: Apache-2.0
#include "cli/signal_watch.h"

#include <sys/signalfd.h>

#include <cerrno>

namespace agent {

Reply<SignalWatch> SignalWatch::begin() {
    sigset_t watched;
    sigemptyset(&watched);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
        struct sigaction action {};
        if (::sigaction(signal, nullptr, &action) == 0 && action.sa_handler != SIG_IGN) sigaddset(&watched, signal);
    }
    Fd fd(::signalfd(-1, &watched, SFD_CLOEXEC));
    if (!fd) return fail_errno("signalfd", errno);
    sigset_t before;
    if (::sigprocmask(SIG_BLOCK, &watched, &before) != 0) return fail_errno("sigprocmask", errno);
    return SignalWatch(std::move(fd), before);
}

SignalWatch::~SignalWatch() {
    if (fd_) ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace agent
