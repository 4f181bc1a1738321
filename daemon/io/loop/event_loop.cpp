// SPDX-License-Identifier: Apache-2.0
#include "io/loop/event_loop.h"

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace agent {

EventLoop::EventLoop() : base_(event_base_new()) {
    if (base_ == nullptr) throw std::system_error(errno, std::generic_category(), "event loop");
}

void EventLoop::run() {
    event_base_dispatch(base_.get());
}

void EventLoop::stop() noexcept {
    event_base_loopexit(base_.get(), nullptr);
}

EventPtr EventLoop::make_event(int fd, short what, event_callback_fn callback, void* argument) const {
    EventPtr made(event_new(base_.get(), fd, what, callback, argument));
    if (made == nullptr) throw std::bad_alloc();
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
