// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>

#include "base/time.h"

namespace agent {

/// Something that happened to an account, for `GET /v1/events`, the log and the counters. Public facts only.
struct Event {
    WallTime at;
    std::string_view name;  // "logged_in", "refreshed", "refresh_failed", "login_required", "needs_attention",
                            // "recovered", "logged_out", "reported", "restored"
    std::string account;
    std::uint64_t generation = 0;
    std::string detail;  // for a person; may be empty
};

/// Passes each event to all listeners, in the order they were added.
class Events {
  public:
    using Listener = std::function<void(const Event&)>;

    /// Destroying this ends listening; a listener may do so from within its own call.
    class Subscription {
      public:
        Subscription(Events& events, Listener listener);
        ~Subscription();
        Subscription(const Subscription&) = delete;
        Subscription& operator=(const Subscription&) = delete;

      private:
        Events& events_;
        std::list<std::shared_ptr<Listener>>::iterator at_;
    };

    void publish(const Event& event);

  private:
    std::list<std::shared_ptr<Listener>> listeners_;
};

}  // namespace agent
