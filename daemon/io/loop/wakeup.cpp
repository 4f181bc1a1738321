// SPDX-License-Identifier: Apache-2.0
#include "io/loop/wakeup.h"

#include <sys/eventfd.h>

#include <cstdint>
#include <utility>

namespace agent {

Wakeup::Wakeup(EventLoop& loop, std::function<void()> awake)
    : awake_(std::move(awake)),
      fd_(fd_or_throw(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")),
      event_(loop.make_event(
          fd_.get(), EV_READ | EV_PERSIST,
          [](evutil_socket_t fd, short, void* self) noexcept {
              eventfd_t count = 0;
              static_cast<void>(::eventfd_read(fd, &count));  // only resets it
              static_cast<Wakeup*>(self)->awake_();
          },
          this)) {
    event_add(event_.get(), nullptr);
}

void Wakeup::wake() noexcept {
    static_cast<void>(::eventfd_write(fd_.get(), 1));  // fails only if 2^64 - 2 wakeups are pending
}

}  // namespace agent
