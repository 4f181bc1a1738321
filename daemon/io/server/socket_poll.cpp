// SPDX-License-Identifier: Apache-2.0
#include "io/server/socket_poll.h"

#include <algorithm>
#include <utility>

#include "io/server/peer.h"

namespace agent {

namespace {

constexpr std::chrono::milliseconds kLongestTurn{2};
constexpr int kManagersShare = 4;  // times that of another user

}  // namespace

SocketPoll::SocketPoll(EventLoop& loop)
    : epoll_(fd_or_throw(::epoll_create1(EPOLL_CLOEXEC), "epoll")),
      event_(loop.make_event(
          epoll_.get(), EV_READ | EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<SocketPoll*>(self)->take_turns(); }, this,
          Priority::kPeer)) {
    event_add(event_.get(), nullptr);
}

/// Users who have nothing to do with the agent any more are forgotten here, once the time that they have had does not
/// count any more.
SocketPoll::User& SocketPoll::user_of(uid_t uid) {
    if (const auto known = users_.find(uid); known != users_.end()) return known->second;
    std::erase_if(users_, [&](const auto& entry) {
        const User& user = entry.second;
        return user.waiting.empty() && user.ready.empty() && user.had <= least_;
    });
    return users_.try_emplace(uid, User{.waiting = {}, .ready = {}, .is_manager = is_manager(uid)}).first->second;
}

bool SocketPoll::add(int fd, std::uint32_t events, uid_t user, Member& member) {
    epoll_event wanted{.events = events, .data = {.ptr = &member}};
    if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted) != 0) return false;
    member.user_ = &user_of(user);
    ++members_;
    member.place_ = member.user_->waiting.insert(member.user_->waiting.end(), &member);
    return true;
}

void SocketPoll::change(int fd, std::uint32_t events, Member& member) noexcept {
    epoll_event wanted{.events = events, .data = {.ptr = &member}};
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
}

void SocketPoll::remove(int fd, Member& member) noexcept {
    User* const user = std::exchange(member.user_, nullptr);
    if (user == nullptr) return;
    --members_;
    ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    (member.ready_ != 0 ? user->ready : user->waiting).erase(member.place_);
}

/// The kernel tells again of those who wait for their turn, behind those of whom it has not told yet.
void SocketPoll::collect() noexcept {
    for (auto& [uid, user] : users_) user.may_have_more = false;
    for (std::size_t looked_at = 0; looked_at <= members_; looked_at += kAtOnce)
        if (collect_some() < kAtOnce) return;
}

std::size_t SocketPoll::collect_some() noexcept {
    const int count = ::epoll_wait(epoll_.get(), found_.data(), kAtOnce, 0);
    for (int i = 0; i < count; ++i) {
        const epoll_event& found = found_[static_cast<std::size_t>(i)];
        Member& member = *static_cast<Member*>(found.data.ptr);
        User& user = *member.user_;
        if (user.ready.empty()) user.had = std::max(user.had, least_);
        if (member.ready_ == 0) user.ready.splice(user.ready.end(), user.waiting, member.place_);
        member.ready_ = found.events;
    }
    return static_cast<std::size_t>(std::max(count, 0));
}

SocketPoll::User* SocketPoll::whose_turn() noexcept {
    User* next = nullptr;
    bool is_any_ready = false;
    for (auto& [uid, user] : users_) {
        const bool is_ready = !user.ready.empty();
        is_any_ready = is_any_ready || is_ready;
        if ((is_ready || user.may_have_more) && (next == nullptr || user.had < next->had)) next = &user;
    }
    return is_any_ready ? next : nullptr;
}

void SocketPoll::take_turns() noexcept {
    collect();
    now_ = std::chrono::steady_clock::now();
    end_ = now_ + kLongestTurn;
    while (now_ < end_) {
        User* user = whose_turn();
        if (user == nullptr) return;
        if (user->ready.empty()) {
            collect();
            user = whose_turn();
        }
        least_ = user->had;
        Member& member = *user->ready.front();
        user->waiting.splice(user->waiting.end(), user->ready, member.place_);
        user->may_have_more = true;
        member.on_ready(std::exchange(member.ready_, 0));
        const auto began = std::exchange(now_, std::chrono::steady_clock::now());
        user->had += (now_ - began) / (user->is_manager ? kManagersShare : 1);
    }
}

}  // namespace agent
