// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "expect.h"
#include "fakes/run_until.h"
#include "io/server/socket_poll.h"

using agent::Fd;
using agent::SocketPoll;

namespace {

constexpr uid_t kCrowd = 70'001;
constexpr uid_t kOther = 70'002;

/// A peer that has sent something, and will not be read: always ready. Each call takes a while.
class Ready final : public SocketPoll::Member {
  public:
    Ready(SocketPoll& poll, uid_t user, std::chrono::microseconds call = std::chrono::microseconds(200))
        : poll_(poll), call_(call) {
        std::array<int, 2> ends{};
        cr_assert(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
        ours_ = Fd(ends[0]);
        theirs_ = Fd(ends[1]);
        cr_assert(::send(theirs_.get(), "x", 1, 0) == 1);
        cr_assert(poll.add(ours_.get(), EPOLLIN, user, *this));
    }
    Ready(const Ready&) = delete;
    Ready& operator=(const Ready&) = delete;
    ~Ready() override { poll_.remove(ours_.get(), *this); }

    void on_ready(std::uint32_t events) noexcept override {
        cr_expect((events & EPOLLIN) != 0);
        fakes::keep_busy(call_);
        ++calls;
        if (called) called();
    }

    int calls = 0;
    std::function<void()> called;

  private:
    SocketPoll& poll_;
    const std::chrono::microseconds call_;
    Fd ours_;
    Fd theirs_;
};

struct Crowd {
    explicit Crowd(std::size_t size) {
        for (std::size_t i = 0; i < size; ++i) members.push_back(std::make_unique<Ready>(poll, kCrowd));
    }
    [[nodiscard]] int calls() const {
        int sum = 0;
        for (const auto& member : members) sum += member->calls;
        return sum;
    }
    void turn() { event_base_loop(loop.base(), EVLOOP_ONCE); }

    agent::EventLoop loop;
    SocketPoll poll{loop};
    std::vector<std::unique_ptr<Ready>> members;
};

}  // namespace

Test(socket_poll, one_peer_of_another_user_comes_before_a_crowd) {
    Crowd crowd(500);
    for (int i = 0; i < 20; ++i) crowd.turn();
    const Ready other(crowd.poll, kOther);
    constexpr int kTurns = 60;
    for (int i = 0; i < kTurns; ++i) crowd.turn();
    // Not in each: its place in the kernel's list may be behind what is looked at in one turn.
    cr_expect_geq(other.calls, kTurns / 3, "%d calls in %d turns", other.calls, kTurns);
}

Test(socket_poll, all_of_a_crowd_have_their_turn) {
    Crowd crowd(500);
    const auto waits = [&] {
        for (const auto& member : crowd.members)
            if (member->calls == 0) return true;
        return false;
    };
    for (int i = 0; i < 2000 && waits(); ++i) crowd.turn();
    cr_expect_not(waits());
    cr_expect_lt(crowd.calls(), 1000, "nobody twice before the last");
}

Test(socket_poll, managers_have_a_larger_share) {
    bool has_more = false;
    std::string shares;
    for (int round = 0; round < 10 && !has_more; ++round) {  // others may use the processor in the middle of a call
        Crowd crowd(50);
        const Ready manager(crowd.poll, 0);
        for (int i = 0; i < 50; ++i) crowd.turn();
        has_more = manager.calls > 2 * crowd.calls();
        shares += std::to_string(manager.calls) + " to " + std::to_string(crowd.calls()) + "; ";
    }
    cr_expect(has_more, "%s", shares.c_str());
}

Test(socket_poll, who_comes_with_a_new_connection_still_owes_the_time_of_the_last) {
    Crowd crowd(0);
    const Ready other(crowd.poll, kOther);
    int calls = 0;
    while (other.calls < 200) {
        const Ready once(crowd.poll, kCrowd, std::chrono::milliseconds(4));
        crowd.turn();
        calls += once.calls;
    }
    cr_expect(calls > 0 && calls < 40, "%d calls of 4 ms beside 200 of 0.2 ms", calls);
}

Test(socket_poll, who_left_in_a_turn_is_not_called) {
    Crowd crowd(3);
    Ready leader(crowd.poll, kOther);
    leader.called = [&] { crowd.members.clear(); };
    for (int i = 0; i < 10; ++i) crowd.turn();
    cr_expect(crowd.members.empty() && leader.calls > 1);
}
