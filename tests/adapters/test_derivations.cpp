// SPDX-License-Identifier: Apache-2.0
#include "io/loop/derivations.h"

#include <future>
#include <string>

#include "expect.h"
#include "fakes/no_threads.h"
#include "fakes/run_until.h"

using agent::Derivations;
using agent::Error;
using agent::Result;

namespace {

constexpr std::uint32_t kAlice = 1000;
constexpr std::uint32_t kBob = 1001;

/// Work that lasts until the test lets it go.
struct Dear {
    std::promise<void> may_end;
    std::shared_future<void> end = may_end.get_future().share();

    [[nodiscard]] Derivations::Work work() const {
        return [end = end] { end.wait(); };
    }
};

bool none_runs() {
    return !Derivations::any_running();
}

}  // namespace

TestSuite(derivations, .timeout = 60);

Test(derivations, of_one_user_delay_no_other) {
    agent::EventLoop loop;
    Derivations derivations(loop);
    Dear dear;
    std::string ended;
    cr_assert(derivations.run(kAlice, dear.work(), [&](const Result<void>& ran) { ended += ran ? "a" : "!"; }));
    cr_assert(derivations.run(
        kAlice, [] {}, [&](const Result<void>& ran) { ended += ran ? "A" : "!"; }));
    cr_assert(derivations.run(
        kBob, [] {}, [&](const Result<void>& ran) { ended += ran ? "b" : "!"; }));
    cr_assert(fakes::run_until(loop, [&] { return !ended.empty(); }));
    EXPECT_TEXT(ended, "b");
    dear.may_end.set_value();
    cr_assert(fakes::run_until(loop, [&] { return ended.size() == 3; }));
    EXPECT_TEXT(ended, "baA");
    cr_assert(fakes::run_until(loop, none_runs));
}

Test(derivations, of_one_user_have_a_limit) {
    agent::EventLoop loop;
    Derivations derivations(loop);
    Dear dear;
    std::size_t ended = 0;
    const auto count = [&](const Result<void>&) { ++ended; };
    cr_assert(derivations.run(kAlice, dear.work(), count));
    for (std::size_t i = 1; i < Derivations::kMostQueued; ++i)
        cr_assert(derivations.run(
            kAlice, [] {}, count));
    const auto refused = derivations.run(
        kAlice, [] {}, count);
    cr_expect(!refused && refused.error().code == Error::Code::kTemporarilyUnavailable);
    cr_expect(derivations.run(
        kBob, [] {}, count));
    dear.may_end.set_value();
    cr_assert(fakes::run_until(loop, [&] { return ended == Derivations::kMostQueued + 1; }));
}

Test(derivations, are_not_waited_for) {
    agent::EventLoop loop;
    Dear dear;
    std::string ended;
    {
        Derivations derivations(loop);
        for (const std::uint32_t user : {kAlice, kBob, kAlice})
            cr_assert(derivations.run(user, dear.work(), [&](const Result<void>& ran) { ended += ran ? "?" : "."; }));
        derivations.stop();
        EXPECT_TEXT(ended, "...");
        cr_expect_not(derivations.run(
            kAlice, [] {}, [](const Result<void>&) {}));
    }
    cr_expect(Derivations::any_running());
    dear.may_end.set_value();
    cr_assert(fakes::run_until(loop, none_runs));
    EXPECT_TEXT(ended, "...");
}

Test(derivations, are_refused_while_the_system_gives_no_thread) {
    agent::EventLoop loop;
    Derivations derivations(loop);
    Dear dear;
    std::string ended;
    const auto note = [&](const Result<void>& ran) { ended += ran ? "a" : "!"; };
    cr_assert(derivations.run(kAlice, dear.work(), note));
    for (int i = 0; i < 2; ++i)
        cr_assert(derivations.run(
            kAlice, [] {}, note));
    {
        const fakes::NoThreads no_threads;
        const auto refused = derivations.run(
            kBob, [] {}, note);
        cr_assert_not(refused);
        cr_expect(refused.error().code == Error::Code::kTemporarilyUnavailable);
        dear.may_end.set_value();
        cr_assert(fakes::run_until(loop, [&] { return ended.size() == 3; }));
        EXPECT_TEXT(ended, "a!!");
        cr_expect(fakes::run_until(loop, none_runs));
    }
    for (const std::uint32_t user : {kAlice, kBob})
        cr_assert(derivations.run(
            user, [] {}, note));
    cr_assert(fakes::run_until(loop, [&] { return ended == "a!!aa"; }));
    cr_assert(fakes::run_until(loop, none_runs));
}
