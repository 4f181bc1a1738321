// SPDX-License-Identifier: Apache-2.0
#include "base/spawn.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "base/fd.h"
#include "expect.h"

namespace agent {

namespace {

/// What a shell writes while it runs `script`, which starts as `setup` says.
std::string output_of(SpawnSetup& setup, const std::string& script) {
    std::array<int, 2> ends{};
    cr_assert(::pipe2(ends.data(), O_CLOEXEC) == 0);
    const Fd reading(ends[0]);
    Fd writing(ends[1]);
    setup.duplicate(writing.get(), STDOUT_FILENO);
    const auto child = setup.start({"sh", "-c", script}, environ);
    cr_assert(child.has_value());
    writing.reset();
    std::string text;
    std::array<char, 256> part{};
    for (ssize_t size = 0; (size = ::read(reading.get(), part.data(), part.size())) > 0;)
        text.append(part.data(), static_cast<std::size_t>(size));
    ::waitpid(*child, nullptr, 0);
    return text;
}

sigset_t only(int signal) {
    sigset_t signals;
    sigemptyset(&signals);
    if (signal != 0) sigaddset(&signals, signal);
    return signals;
}

}  // namespace

Test(spawn, arguments_and_environment_arrive_as_they_are) {
    SpawnSetup setup;
    EXPECT_TEXT(output_of(setup, "printf '%s' \"a b'c\""), "a b'c");
    const auto pointers = exec_pointers({"one", ""});
    cr_expect(pointers.size() == 3);
    cr_expect(pointers.back() == nullptr);
}

Test(spawn, what_is_not_there_is_told_by_its_errno) {
    const SpawnSetup setup;
    cr_expect(setup.start({"/no/such/program"}, environ).error() == ENOENT);
    cr_expect(setup.start({"no-such-program-in-path"}, environ).error() == ENOENT);
    cr_expect(setup.start({"/"}, environ).error() == EACCES);
}

Test(spawn, null_reads_nothing) {
    SpawnSetup setup;
    setup.open_null(STDIN_FILENO);
    EXPECT_TEXT(output_of(setup, "cat; echo end"), "end\n");
}

Test(spawn, descriptors_above_are_closed) {
    const Fd open(::fcntl(STDERR_FILENO, F_DUPFD, 20));
    const std::string script = "test -e /proc/self/fd/" + std::to_string(open.get()) + " && echo open || echo closed";
    SpawnSetup inheriting;
    EXPECT_TEXT(output_of(inheriting, script), "open\n");
    SpawnSetup closing;
    closing.close_from(open.get());
    EXPECT_TEXT(output_of(closing, script), "closed\n");
}

Test(spawn, signals_are_blocked_and_ignored_only_as_told) {
    // Only the last 7 digits: signals 32 and 33 are the C library's own.
    const std::string mask = "grep -E 'SigBlk|SigIgn' /proc/self/status | sed -E 's/:.*(.{7})$/ \\1/'";
    const sigset_t usr1 = only(SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &usr1, nullptr);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT}) ::signal(signal, SIG_DFL);  // a shell may ignore them for us
    ::signal(SIGUSR2, SIG_IGN);
    SpawnSetup setup;
    setup.block_only(only(SIGTERM));
    EXPECT_TEXT(output_of(setup, mask), "SigBlk 0004000\nSigIgn 0000800\n");
    SpawnSetup fresh;
    fresh.block_only(only(0));
    fresh.default_signals();
    EXPECT_TEXT(output_of(fresh, mask), "SigBlk 0000000\nSigIgn 0000000\n");
}

Test(spawn, a_session_of_its_own) {
    SpawnSetup setup;
    setup.new_session();
    EXPECT_TEXT(output_of(setup, "test $(cut -d' ' -f6 /proc/$$/stat) = $$ && echo own"), "own\n");
}

}  // namespace agent
