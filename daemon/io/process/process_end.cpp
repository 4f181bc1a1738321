// SPDX-License-Identifier: Apache-2.0
#include "io/process/process_end.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "base/fd.h"

namespace agent {

namespace {

class ProcessEnd final : public Waiting {
  public:
    ProcessEnd(EventLoop& loop, Fd process, std::function<void()> ended)
        : process_(std::move(process)),
          ended_(std::move(ended)),
          // pidfd_open(2): it becomes readable when the process ends.
          event_(loop.make_event(
              process_.get(), EV_READ,
              [](evutil_socket_t, short, void* self) noexcept {
                  const auto call = std::exchange(static_cast<ProcessEnd*>(self)->ended_, nullptr);
                  if (call) call();
              },
              this, Priority::kPeer)) {
        event_add(event_.get(), nullptr);
    }

  private:
    Fd process_;
    std::function<void()> ended_;
    EventPtr event_;
};

}  // namespace

std::unique_ptr<Waiting> when_process_ends(EventLoop& loop, pid_t process, std::function<void()> ended) {
    if (process <= 0) return nullptr;
    // pidfd_open() of glibc 2.36 cannot be called from C++.
    Fd opened(static_cast<int>(::syscall(SYS_pidfd_open, process, 0)));
    if (!opened) return nullptr;
    return std::make_unique<ProcessEnd>(loop, std::move(opened), std::move(ended));
}

}  // namespace agent
