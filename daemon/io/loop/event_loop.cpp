// SPDX-License-Identifier: Apache-2.0
#include "io/loop/event_loop.h"

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace agent {

namespace {

constexpr int kPriorities = 2;  // libevent gives events that it makes itself the one in the middle, which is kPeer
constexpr int kPeersAtOnce = 32;
constexpr timeval kLongestTurn{.tv_sec = 0, .tv_usec = 10'000};

using EventConfigPtr = std::unique_ptr<event_config, FreeWith<event_config_free>>;

event_base* make_base() {
    const EventConfigPtr config(event_config_new());
    if (config == nullptr) throw std::bad_alloc();
    event_config_set_max_dispatch_interval(config.get(), &kLongestTurn, kPeersAtOnce,
                                           static_cast<int>(Priority::kPeer));
    return event_base_new_with_config(config.get());
}

}  // namespace

EventLoop::EventLoop() : base_(make_base()) {
    if (base_ == nullptr) throw std::system_error(errno, std::generic_category(), "event loop");
    if (event_base_priority_init(base_.get(), kPriorities) != 0) throw std::bad_alloc();
}

void EventLoop::run() {
    event_base_dispatch(base_.get());
}

void EventLoop::stop() noexcept {
    event_base_loopexit(base_.get(), nullptr);
}

EventPtr EventLoop::make_event(int fd, short what, event_callback_fn callback, void* argument,
                               Priority priority) const {
    EventPtr made(event_new(base_.get(), fd, what, callback, argument));
    if (made == nullptr) throw std::bad_alloc();
    event_priority_set(made.get(), static_cast<int>(priority));
    return made;
}

SignalWatch::SignalWatch(EventLoop& loop, int signal, std::function<void()> caught)
    : caught_(std::move(caught)),
      event_(loop.make_event(
          signal, EV_SIGNAL | EV_PERSIST,
          [](evutil_socket_t, short, void* self) noexcept { static_cast<SignalWatch*>(self)->caught_(); }, this)) {
    event_add(event_.get(), nullptr);
}

}  // namespace agent
