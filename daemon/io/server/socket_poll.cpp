// SPDX-License-Identifier: Apache-2.0
#include "io/server/socket_poll.h"

#include <algorithm>

namespace agent {

namespace {

constexpr std::chrono::milliseconds kLongestTurn{2};

}  // namespace

SocketPoll::SocketPoll(EventLoop& loop)
    : epoll_(fd_or_throw(::epoll_create1(EPOLL_CLOEXEC), "epoll")),
      event_(loop.make_event(
          epoll_.get(), EV_READ | EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<SocketPoll*>(self)->take_turns(); }, this,
          Priority::kPeer)) {
    event_add(event_.get(), nullptr);
}

bool SocketPoll::add(int fd, std::uint32_t events, Member& member) noexcept {
    epoll_event wanted{.events = events, .data = {.ptr = &member}};
    return ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
}

void SocketPoll::change(int fd, std::uint32_t events, Member& member) noexcept {
    epoll_event wanted{.events = events, .data = {.ptr = &member}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
}

void SocketPoll::remove(int fd, const Member& member) noexcept {
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    for (std::size_t i = next_; i < count_; ++i) {
        if (ready_[i].data.ptr == &member) ready_[i].data.ptr = nullptr;
    }
}

void SocketPoll::take_turns() noexcept {
    if (next_ == count_) {
        next_ = 0;
        count_ = static_cast<std::size_t>(std::max(::epoll_wait(epoll_.get(), ready_.data(), kAtOnce, 0), 0));
    }
    now_ = std::chrono::steady_clock::now();
    const auto end = now_ + kLongestTurn;
    while (next_ < count_ && now_ < end) {
        const epoll_event ready = ready_[next_++];
        if (ready.data.ptr == nullptr) continue;
        static_cast<Member*>(ready.data.ptr)->on_ready(ready.events);
        now_ = std::chrono::steady_clock::now();
    }
}

}  // namespace agent
