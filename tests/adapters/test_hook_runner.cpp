// SPDX-License-Identifier: Apache-2.0
#include "io/process/hook_runner.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>

#include "base/fd.h"
#include "base/log.h"
#include "expect.h"
#include "fakes/run_until.h"
#include "fakes/temporary_directory.h"
#include "io/loop/timerfd_timers.h"

using namespace std::string_literals;
using agent::HookRunner;
using agent::Program;

TestSuite(hook_runner, .timeout = 60);

namespace {

constexpr auto kAtOnce = std::chrono::milliseconds(1);
constexpr auto kNever = std::chrono::hours(1);

std::vector<std::string> told;

bool keep(const agent::LogRecord& record) {
    told.emplace_back(record.text);
    return true;
}

struct HookRunnerStage {
    HookRunnerStage() {
        told.clear();
        agent::set_log_sink(keep);
        const timeval often{0, 10'000};
        event_add(glance.get(), &often);
    }

    Program script(const std::string& text) const {
        return {.arguments = {"/bin/sh", "-c", text, "sh", directory.path()}, .environment = {"PATH=/usr/bin:/bin"}};
    }
    std::string content(const char* name) const {
        std::ostringstream text;
        text << std::ifstream(directory / name).rdbuf();
        return text.str();
    }
    bool wait_for(const std::function<bool()>& come) { return fakes::run_until(loop, come); }
    bool wait_for_file(const char* name) {
        return wait_for([&] { return std::filesystem::exists(directory / name); });
    }

    fakes::TemporaryDirectory directory;
    agent::EventLoop loop;
    agent::TimerfdTimers timers{loop};
    agent::Children children{loop};
    // What is waited for here is outside the loop: have it come round to look.
    agent::EventPtr glance = loop.make_event(
        -1, EV_PERSIST, [](evutil_socket_t, short, void*) noexcept {}, nullptr);
};

}  // namespace

Test(hook_runner, a_program_gets_its_arguments_and_environment_as_they_are) {
    HookRunnerStage stage;
    ::setenv("NOT_FOR_HOOKS", "1", 1);
    HookRunner runner(stage.children, stage.timers);
    runner.run({.arguments = {"/bin/cp", "/proc/self/environ", stage.directory / "environ"},
                .environment = {"ONE=it's $HOME; `true`", "TWO=a\nb"}});
    Program program = stage.script("printf %s \"$2\" >\"$1/argument\"; : >\"$1/done\"");
    program.arguments.emplace_back("it's $HOME; `true` \"x\"");
    runner.run(std::move(program));
    cr_assert(stage.wait_for_file("done"));
    EXPECT_TEXT(stage.content("environ"), "ONE=it's $HOME; `true`\0TWO=a\nb\0"s);
    EXPECT_TEXT(stage.content("argument"), "it's $HOME; `true` \"x\"");
    cr_expect(told.empty());
}

Test(hook_runner, a_program_has_no_descriptor_and_no_signal_of_the_daemon_s) {
    HookRunnerStage stage;
    const agent::Fd open_file(::open("/dev/zero", O_RDONLY));  // without O_CLOEXEC
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &blocked, nullptr);

    HookRunner runner(stage.children, stage.timers);
    Program program = stage.script(
        "cd \"$1\"; ls -x /proc/$$/fd >fds; readlink /proc/$$/fd/0 /proc/$$/fd/1 >files;"
        "grep ^SigBlk /proc/self/status >blocked; grep ^SigIgn /proc/self/status >ignored;"
        ": >done");
    program.arguments[0] = "/bin/bash";  // other shells keep extra descriptors open
    runner.run(std::move(program));
    cr_assert(stage.wait_for_file("done"));
    EXPECT_TEXT(stage.content("fds"), "0  1  2\n");
    EXPECT_TEXT(stage.content("files"), "/dev/null\n/dev/null\n");
    EXPECT_TEXT(stage.content("blocked"), "SigBlk:\t0000000000000000\n");
    // 32 and up are not reset: some of them are the C library's.
    const unsigned long ignored = std::stoul(stage.content("ignored").substr(8), nullptr, 16);
    cr_expect((ignored & 0x7fffffff) == 0, "%lx", ignored);
}

Test(hook_runner, a_program_leads_a_session_and_a_group) {
    HookRunnerStage stage;
    HookRunner runner(stage.children, stage.timers);
    runner.run(
        stage.script("echo $$ $$ >\"$1/expected\"; cut -d' ' -f5,6 /proc/$$/stat >\"$1/found\"; : >\"$1/done\""));
    cr_assert(stage.wait_for_file("done"));
    EXPECT_TEXT(stage.content("found"), stage.content("expected"));
}

Test(hook_runner, one_runs_at_a_time_and_few_wait) {
    HookRunnerStage stage;
    HookRunner runner(stage.children, stage.timers, {.waiting = 2});
    // Two at once would both find the other's mark.
    const std::string script =
        "cd \"$1\"; mkdir mark || echo two at once >>ran; sleep 0.05; rmdir mark; echo ran >>ran";
    for (int i = 0; i < 5; ++i) runner.run(stage.script(script));
    cr_expect(stage.content("ran").empty(), "nobody waited for it");
    cr_assert(stage.wait_for([&] { return stage.content("ran") == "ran\nran\nran\n"; }), "%s",
              stage.content("ran").c_str());
    cr_expect(told == std::vector<std::string>({"hook not run: too many are waiting times=2"}));

    runner.run(stage.script("echo again >>\"$1/ran\""));
    cr_expect(stage.wait_for([&] { return stage.content("ran").ends_with("again\n"); }));
}

Test(hook_runner, a_failure_is_logged_and_keeps_nothing_from_running) {
    HookRunnerStage stage;
    HookRunner runner(stage.children, stage.timers);
    runner.run({.arguments = {"/no/such/program"}, .environment = {}});
    runner.run(stage.script("exit 3"));
    runner.run(stage.script("kill -SEGV $$"));
    runner.run(stage.script(": >\"$1/done\""));
    cr_assert(stage.wait_for_file("done"));
    cr_assert(told.size() == 3);
    EXPECT_CONTAINS(told[0], "hook failed program=/no/such/program reason=\"/no/such/program: No such file");
    EXPECT_TEXT(told[1], "hook failed program=/bin/sh reason=\"exit status 3\"");
    EXPECT_TEXT(told[2], "hook failed program=/bin/sh reason=\"ended by signal 11\"");
}

namespace {

/// A pipe whose end says that the last of those who hold its other one has gone.
struct LifeLine {
    LifeLine() {
        std::array<int, 2> ends{};
        cr_assert(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0);
        from = agent::Fd(ends[0]);
        ::dup2(ends[1], STDERR_FILENO);  // which is all that a hook gets
        ::close(ends[1]);
    }
    /// Leaves it to the hooks alone.
    void let_go() {
        const agent::Fd nowhere(::open("/dev/null", O_WRONLY | O_CLOEXEC));
        ::dup2(nowhere.get(), STDERR_FILENO);
    }
    bool is_cut() {
        std::array<char, 100> text{};
        return ::read(from.get(), text.data(), text.size()) == 0;
    }
    agent::Fd from;
};

// It has a child that would outlive it.
constexpr const char* kStubborn = "trap '' TERM; sleep 1000 & : >\"$1/up\"; while :; do wait; done";
constexpr const char* kPatient = "sleep 1000 & : >\"$1/up\"; wait";

}  // namespace

Test(hook_runner, one_that_does_not_end_in_time_is_ended) {
    HookRunnerStage stage;
    HookRunner runner(stage.children, stage.timers, {.deadline = kAtOnce, .grace = kNever});
    LifeLine line;
    runner.run(stage.script("sleep 1000 & wait"));
    line.let_go();
    cr_expect(stage.wait_for([&] { return !told.empty(); }));
    EXPECT_TEXT(told.at(0), "hook failed program=/bin/sh reason=\"did not end in time\"");
    cr_expect(stage.wait_for([&] { return line.is_cut(); }), "its own children have ended with it");
}

Test(hook_runner, one_that_takes_no_notice_is_killed) {
    HookRunnerStage stage;
    HookRunner runner(stage.children, stage.timers, {.deadline = std::chrono::milliseconds(200), .grace = kAtOnce});
    LifeLine line;
    runner.run(stage.script(kStubborn));
    line.let_go();
    cr_expect(stage.wait_for([&] { return !told.empty(); }));
    cr_expect(stage.wait_for([&] { return line.is_cut(); }));
}

Test(hook_runner, one_that_runs_at_the_end_is_ended_and_none_waits) {
    HookRunnerStage stage;
    LifeLine line;
    {
        HookRunner runner(stage.children, stage.timers, {.deadline = kNever, .grace = kNever});
        runner.run(stage.script(kPatient));
        runner.run(stage.script(": >\"$1/another\""));
        line.let_go();
        cr_assert(stage.wait_for_file("up"));
    }
    cr_expect(stage.wait_for([&] { return line.is_cut(); }));
    fakes::run_what_is_due(stage.loop);
    cr_expect_not(std::filesystem::exists(stage.directory / "another"));
}
