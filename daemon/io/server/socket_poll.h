// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "base/fd.h"
#include "io/loop/event_loop.h"

namespace agent {

/// Waits for the sockets of peers in an epoll of its own, which is one event of the loop. So the loop looks for what
/// else is due after some of them, and a peer that is always ready waits its turn like all others.
class SocketPoll {
  public:
    /// An object that waits for a socket. Outlives its place here.
    class Member {
      public:
        virtual ~Member() = default;
        /// From the loop: some of what it waits for has happened (EPOLLIN …), or EPOLLHUP or EPOLLERR. May remove
        /// itself and others, and destroy itself.
        virtual void on_ready(std::uint32_t events) noexcept = 0;
    };

    /// Throws std::system_error if the kernel provides no epoll descriptor.
    explicit SocketPoll(EventLoop& loop);
    SocketPoll(const SocketPoll&) = delete;
    SocketPoll& operator=(const SocketPoll&) = delete;

    /// In a turn: when the member that is being called was called.
    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept { return now_; }

    /// Level-triggered; `events` 0 waits only for the end of the connection. False if the kernel has no memory for it.
    [[nodiscard]] bool add(int fd, std::uint32_t events, Member& member) noexcept;
    void change(int fd, std::uint32_t events, Member& member) noexcept;
    /// It hears of nothing any more, not even of what has already happened.
    void remove(int fd, const Member& member) noexcept;

  private:
    static constexpr std::size_t kAtOnce = 64;

    void take_turns() noexcept;

    std::chrono::steady_clock::time_point now_;
    Fd epoll_;
    EventPtr event_;
    std::array<epoll_event, kAtOnce> ready_{};
    std::size_t next_ = 0;  // of those that are ready; it goes on there when a turn was too long
    std::size_t count_ = 0;
};

}  // namespace agent
