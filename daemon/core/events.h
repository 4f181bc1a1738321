// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "base/time.h"
#include "base/words.h"

namespace agent {

enum class EventKind : std::uint8_t {
    kLoggedIn,
    kRefreshed,
    kRefreshFailed,
    kLoginRequired,
    kNeedsAttention,  // of a person, and other than by a login
    kRecovered,       // from one of the two
    kLoggedOut,
    kReported,  // as refused, by a caller
    kRestored,  // from a backup
    kLocked,    // the agent; of no account, like the next
    kUnlocked,
};
inline constexpr WordTable<EventKind, 11> kEventKinds{{{"logged_in", EventKind::kLoggedIn},
                                                       {"refreshed", EventKind::kRefreshed},
                                                       {"refresh_failed", EventKind::kRefreshFailed},
                                                       {"login_required", EventKind::kLoginRequired},
                                                       {"needs_attention", EventKind::kNeedsAttention},
                                                       {"recovered", EventKind::kRecovered},
                                                       {"logged_out", EventKind::kLoggedOut},
                                                       {"reported", EventKind::kReported},
                                                       {"restored", EventKind::kRestored},
                                                       {"locked", EventKind::kLocked},
                                                       {"unlocked", EventKind::kUnlocked}}};

/// Something that happened to an account or to the agent, for `GET /v1/events`, the log and the counters. Public facts
/// only.
struct Event {
    WallTime at;
    EventKind kind = EventKind::kLoggedIn;
    std::string account;  // empty for the agent
    std::uint64_t generation = 0;
    std::string detail;  // for a person; may be empty
};

/// Passes each event to all listeners, in the order they were added, and keeps the last of them.
class Events {
  public:
    using Listener = std::function<void(const Event&)>;

    // The oldest is forgotten for a new one. All together are less than limits::kStreamBacklogBytes.
    static constexpr std::size_t kMostKept = 1000;
    static constexpr std::size_t kMostKeptBytes = std::size_t{160} * 1024;

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
    /// Passes the kept events that happened at `from` or later, the oldest first.
    void replay(WallTime from, const Listener& listener) const;

  private:
    void keep(const Event& event);

    std::list<std::shared_ptr<Listener>> listeners_;
    std::deque<Event> kept_;
    std::size_t kept_bytes_ = 0;
};

}  // namespace agent
