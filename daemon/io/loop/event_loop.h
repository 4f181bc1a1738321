// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <event2/event.h>
#include <event2/listener.h>
#include <sys/time.h>

#include <functional>
#include <memory>

#include "base/c_ptr.h"
#include "base/time.h"

namespace agent {

using EventBasePtr = std::unique_ptr<event_base, FreeWith<event_base_free>>;
using EventPtr = std::unique_ptr<event, FreeWith<event_free>>;
using ListenerPtr = std::unique_ptr<evconnlistener, FreeWith<evconnlistener_free>>;

[[nodiscard]] inline timeval to_timeval(Duration duration) noexcept {
    return {.tv_sec = duration.count() / 1000, .tv_usec = duration.count() % 1000 * 1000};
}

/// Which of the events that are due come first. What peers of the agent send waits for all else: for answers of the
/// authorization server, timers, the store, signals and the watchdog.
enum class Priority { kOwn = 0, kPeer = 1 };

/// The one loop that the whole core runs on. Outlives everything built on it.
///
/// The events of peers are handled some at a time. In between, it looks for what else is due. An event that libevent
/// makes by itself (listeners) has the priority of peers.
///
/// libevent is C: no exception may pass through it, so all our callbacks are noexcept.
class EventLoop {
  public:
    /// Throws std::system_error if the kernel provides no epoll descriptor; so do the constructors of everything built
    /// on the loop that needs a descriptor.
    EventLoop();

    /// Returns after stop(), or when there is nothing left to wait for.
    void run();
    /// Makes run() return after the events that are due. Call it on the loop's thread.
    void stop() noexcept;

    [[nodiscard]] event_base* base() const noexcept { return base_.get(); }

    /// An event, not yet added. `fd` is -1 for a bare timer.
    [[nodiscard]] EventPtr make_event(int fd, short what, event_callback_fn callback, void* argument,
                                      Priority priority = Priority::kOwn) const;

  private:
    EventBasePtr base_;
};

/// Calls `caught` on the loop whenever the process gets `signal`, until destroyed.
class SignalWatch {
  public:
    SignalWatch(EventLoop& loop, int signal, std::function<void()> caught);
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

  private:
    std::function<void()> caught_;
    EventPtr event_;
};

}  // namespace agent
