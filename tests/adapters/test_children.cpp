// SPDX-License-Identifier: Apache-2.0
#include "io/process/children.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#include "expect.h"
#include "fakes/run_until.h"

TestSuite(children, .timeout = 60);

namespace {

/// A child that ends with `status` at once.
pid_t fork_child(int status) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(status);
    return child;
}

/// Looks, and takes none in.
bool none_left() {
    siginfo_t child{};
    return ::waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == -1 && errno == ECHILD;
}

}  // namespace

Test(children, their_ends_are_told_once) {
    agent::EventLoop loop;
    agent::Children children(loop);
    std::vector<int> statuses;
    for (const int status : {3, 4})
        children.watch(fork_child(status), [&](int ended) { statuses.push_back(WEXITSTATUS(ended)); });
    cr_assert(fakes::run_until(loop, [&] { return statuses.size() == 2; }));
    cr_expect(statuses[0] + statuses[1] == 7);
    cr_expect(none_left());
}

Test(children, that_nobody_watches_are_taken_in) {
    agent::EventLoop loop;
    agent::Children children(loop);
    fork_child(0);
    const pid_t forgotten = fork_child(0);
    children.watch(forgotten, [](int) { cr_expect(false, "it was forgotten"); });
    children.forget(forgotten);
    cr_expect(fakes::run_until(loop, none_left));
}

Test(children, orphans_are_taken_in) {
    cr_assert(::prctl(PR_SET_CHILD_SUBREAPER, 1) == 0);
    agent::EventLoop loop;
    const agent::Children children(loop);
    std::array<int, 2> ends{};
    cr_assert(::pipe(ends.data()) == 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
        if (::fork() == 0) {
            char released = 0;
            static_cast<void>(::read(ends[0], &released, 1) == 1);  // its parent has ended by then
        }
        ::_exit(0);
    }
    cr_assert(::waitpid(parent, nullptr, 0) == parent);
    cr_expect_not(none_left(), "the orphan is ours now");
    cr_assert(::write(ends[1], "x", 1) == 1);
    cr_expect(fakes::run_until(loop, none_left));
}
