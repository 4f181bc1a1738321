// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/epoll.h>
#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <unordered_map>

#include "base/fd.h"
#include "io/loop/event_loop.h"

namespace agent {

/// Waits for the sockets of peers in an epoll of its own, which is one event of the loop. Its turns are short, so that
/// the loop looks for what else is due; in them it calls who is ready, one of them for one user, then one for another:
/// each time for the user who has had the least time. So a user with thousands of connections takes no more of it than
/// one who has a single one. Managers (is_manager()) have a larger share.
class SocketPoll {
  private:
    struct User;

  public:
    /// An object that waits for a socket. Outlives its place here.
    class Member {
      public:
        virtual ~Member() = default;
        /// From the loop: some of what it waits for has happened (EPOLLIN …), or EPOLLHUP or EPOLLERR; or had, when
        /// its turn was not yet. May remove itself and others, and destroy itself.
        virtual void on_ready(std::uint32_t events) noexcept = 0;

      private:
        friend class SocketPoll;
        User* user_ = nullptr;
        std::uint32_t ready_ = 0;             // what has happened; not 0 while it is in User::ready
        std::list<Member*>::iterator place_;  // in User::ready or User::waiting
    };

    /// Throws std::system_error if the kernel provides no epoll descriptor.
    explicit SocketPoll(EventLoop& loop);
    SocketPoll(const SocketPoll&) = delete;
    SocketPoll& operator=(const SocketPoll&) = delete;

    /// In a turn: when the member that is being called was called.
    [[nodiscard]] std::chrono::steady_clock::time_point now() const noexcept { return now_; }
    /// In a turn: whether it has lasted long enough, so that a member with more to do had better wait for the next.
    [[nodiscard]] bool turn_is_over() const noexcept { return std::chrono::steady_clock::now() >= end_; }

    /// `member` waits for the socket of a peer of this user. Level-triggered; `events` 0 waits only for the end of the
    /// connection. False if the kernel has no memory for it.
    [[nodiscard]] bool add(int fd, std::uint32_t events, uid_t user, Member& member);
    void change(int fd, std::uint32_t events, Member& member) noexcept;
    /// It hears of nothing any more, not even of what has already happened. It need not be a member.
    void remove(int fd, Member& member) noexcept;

  private:
    static constexpr std::size_t kAtOnce = 256;

    struct User {
        std::list<Member*> waiting;
        std::list<Member*> ready;  // those who wait longest for their turn first
        std::chrono::nanoseconds had{0};
        bool is_manager = false;
        bool may_have_more = false;  // called since the kernel was asked last
    };

    void take_turns() noexcept;
    void collect() noexcept;
    [[nodiscard]] std::size_t collect_some() noexcept;
    /// The user who has had the least of those who are ready, or may be by now; null when nobody is for certain.
    [[nodiscard]] User* whose_turn() noexcept;
    [[nodiscard]] User& user_of(uid_t uid);

    std::chrono::steady_clock::time_point now_;
    std::chrono::steady_clock::time_point end_;
    Fd epoll_;
    EventPtr event_;
    std::array<epoll_event, kAtOnce> found_{};
    std::unordered_map<uid_t, User> users_;
    std::size_t members_ = 0;
    std::chrono::nanoseconds least_{0};  // that the user has had whose turn it was last: who comes back begins there
};

}  // namespace agent
