// SPDX-License-Identifier: Apache-2.0
#include "io/process/process_end.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "expect.h"
#include "fakes/run_until.h"

using agent::EventLoop;

namespace {

/// A process that lives until it is killed.
pid_t start_process() {
    const pid_t process = ::fork();
    cr_assert(process >= 0);
    if (process == 0) {
        ::pause();
        ::_exit(0);
    }
    return process;
}

}  // namespace

TestSuite(process_end, .timeout = 60);

Test(process_end, is_told_once) {
    for (const int signal : {SIGKILL, SIGTERM, SIGINT}) {
        EventLoop loop;
        const pid_t process = start_process();
        int told = 0;
        const auto waiting = agent::when_process_ends(loop, process, [&] { ++told; });
        cr_assert(waiting != nullptr);
        fakes::run_what_is_due(loop);
        cr_expect(told == 0);
        ::kill(process, signal);
        cr_expect(fakes::run_until(loop, [&] { return told > 0; }));
        ::waitpid(process, nullptr, 0);
        fakes::run_what_is_due(loop);
        cr_expect(told == 1);
    }
}

Test(process_end, is_not_told_when_nobody_waits_any_more) {
    EventLoop loop;
    const pid_t process = start_process();
    bool told = false;
    auto waiting = agent::when_process_ends(loop, process, [&] { told = true; });
    waiting.reset();
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    fakes::run_what_is_due(loop);
    cr_expect_not(told);
}

Test(process_end, of_an_unknown_process_cannot_be_told) {
    EventLoop loop;
    const pid_t gone = start_process();
    ::kill(gone, SIGKILL);
    ::waitpid(gone, nullptr, 0);
    for (const pid_t process : {0, -1, gone}) cr_expect_null(agent::when_process_ends(loop, process, [] {}).get());
}
